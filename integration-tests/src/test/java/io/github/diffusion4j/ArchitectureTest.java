package io.github.diffusion4j;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.github.diffusion4j.core.plan.Scheduler;
import io.github.diffusion4j.core.plan.Solver;

/** The rules of docs/architecture.md that a compiler does not check. */
@AnalyzeClasses(packages = {"io.github.diffusion4j.core", "io.github.diffusion4j.schedules", "io.github.diffusion4j.samplers"},
        importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    private static final String KERNEL = "io.github.diffusion4j.core.kernel..";

    @ArchTest
    static final ArchRule only_the_kernel_makes_arrays_and_runs_operations = noClasses().that().resideOutsideOfPackage(KERNEL)
            .should().dependOnClassesThat().resideInAnyPackage("org.nd4j.linalg.factory..", "org.nd4j.linalg.api.ops..", "org.nd4j.linalg.indexing..", "org.bytedeco..");

    @ArchTest
    static final ArchRule solvers_and_schedules_see_no_arrays = noClasses().that().resideInAnyPackage("..samplers.solvers..", "..schedules..")
            .should().dependOnClassesThat().resideInAPackage("org.nd4j..");

    @ArchTest
    static final ArchRule solvers_see_levels_not_betas = noClasses().that().resideInAPackage("..samplers.solvers..")
            .should().dependOnClassesThat().resideInAPackage("..schedules..");

    @ArchTest
    static final ArchRule the_core_knows_nothing_above_it = noClasses().that().resideInAPackage("io.github.diffusion4j.core..")
            .should().dependOnClassesThat().resideInAnyPackage("..schedules..", "..samplers..");

    @ArchTest
    static final ArchRule packages_have_no_cycles = slices().matching("io.github.diffusion4j.(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule nothing_hidden = noClasses().should().dependOnClassesThat(resideInAnyPackage("org.slf4j..", "java.util.logging.."))
            .orShould().dependOnClassesThat().haveFullyQualifiedName("java.util.Random")
            .orShould().dependOnClassesThat().haveFullyQualifiedName("java.util.concurrent.ThreadLocalRandom")
            .orShould().dependOnClassesThat().haveFullyQualifiedName("java.lang.ThreadLocal")
            .orShould().callMethod(System.class, "currentTimeMillis").orShould().callMethod(System.class, "nanoTime")
            .orShould().callMethod(System.class, "getProperty", String.class).orShould().callMethod(Math.class, "random");

    @ArchTest
    static final ArchRule statics_do_not_change = fields().that().areStatic().should().beFinal();

    @ArchTest
    static final ArchRule solvers_are_records = classes().that().implement(Solver.class).should().beRecords();

    /** The iterator is ND4J's own mutable protocol. */
    @ArchTest
    static final ArchRule fields_do_not_change = fields().that().areDeclaredInClassesThat().doNotHaveSimpleName("NoisingIterator").should().beFinal();

    @ArchTest
    static final ArchRule schedulers_live_with_their_names = classes().that().implement(Scheduler.class).and().areNotInterfaces()
            .should().resideInAPackage("io.github.diffusion4j.samplers").andShould().haveSimpleNameEndingWith("Scheduler");
}
