package io.github.diffusion4j.docs.teavm;

import io.github.diffusion4j.docs.explorer.EmojiGrid;
import org.teavm.classlib.ResourceSupplier;
import org.teavm.classlib.ResourceSupplierContext;

/** Takes the network's fitted grid along into JavaScript. TeaVM 0.16 has deprecated this way without another one for resources of a class path. */
@SuppressWarnings("deprecation")
public final class GridResource implements ResourceSupplier {

    /** Made by TeaVM. */
    public GridResource() {}

    @Override
    public String[] supplyResources(ResourceSupplierContext context) {
        return new String[] {EmojiGrid.RESOURCE};
    }
}
