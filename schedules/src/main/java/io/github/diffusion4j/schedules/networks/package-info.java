/** What networks predict beyond the four standard quantities: preconditioned outputs, boundary conditions, networks of one path used on another. */
package io.github.diffusion4j.schedules.networks;
