package io.github.diffusion4j;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.github.diffusion4j.core.plan.Scheduler;
import io.github.diffusion4j.core.plan.Solver;
import io.github.diffusion4j.samplers.solvers.SolverCatalog;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The rules of docs/architecture.md that a compiler does not check. */
@AnalyzeClasses(packages = {"io.github.diffusion4j.core", "io.github.diffusion4j.schedules", "io.github.diffusion4j.samplers"},
        importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    private static final int MANY_STEPS = 12;

    /** What only exists to repeat a Diffusers class, deviations included; the recorded runs test it. */
    private static final Set<String> AS_DIFFUSERS = Set.of("LateChurn", "LateFlowChurn", "QuietEnd", "ScaledNoise", "LearnedVarianceIgnored", "Pndm", "Ipndm",
            "EulerMaruyama", "ReverseDiffusion");

    /** The door to ND4J, and ND4J's own protocols of iterators and of listeners. */
    private static final String ADAPTERS = "Nd4jArrays|NoisingIterator|AveragingListener";

    /** What has methods of ND4J's arrays for those who hold them: in their signatures alone. */
    private static final String SIGNATURES = "Plan|SamplerState|Mask|Scheduler|DiscreteScheduler|ParallelScheduler|NoiseSource|RecordedNoise";

    @ArchTest
    static final ArchRule one_door_leads_to_nd4j = noClasses().that(areNot(ADAPTERS + "|" + SIGNATURES)).should().dependOnClassesThat().resideInAnyPackage("org.nd4j..", "org.bytedeco..");

    @ArchTest
    static final ArchRule signatures_name_arrays_and_types_only = noClasses().that(areNot(ADAPTERS)).should()
            .dependOnClassesThat(resideInAnyPackage("org.nd4j..", "org.bytedeco..").and(areNot("INDArray|DataType")));

    /** Classes but for some, and what is inside these. */
    private static DescribedPredicate<JavaClass> areNot(String names) {
        return new DescribedPredicate<>("are not " + names) {
            @Override
            public boolean test(JavaClass type) {
                return !type.getName().replaceAll(".*[.]", "").matches("(" + names + ")([$].*)?");
            }
        };
    }

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

    /** The iterator and the listener are ND4J's own mutable protocols; the twister is copied before use; the others are the memory of one run or batch, on one thread. */
    private static final String MUTABLE = "NoisingIterator|AveragingListener|InMemory|MersenneTwister|Session|Only|PipelineRun|PipelineProgress|Engine|RunMemory|Weighing|Guiding|Progress|Pass|ArrayPass|Conditions|Drawn|Assignment|Entry|Memories|SamplingBatch|Round|Slots|BatchRow|RowScan|ClassSums|Truncation";

    @ArchTest
    static final ArchRule fields_do_not_change = fields().that().areDeclaredInClassesThat(new DescribedPredicate<>("hold values") {
        @Override
        public boolean test(JavaClass type) {
            return !type.getSimpleName().matches(MUTABLE);
        }
    }).should().beFinal();

    @ArchTest
    static final ArchRule schedulers_live_with_their_names = classes().that().implement(Scheduler.class).and().areNotInterfaces()
            .should().resideInAnyPackage("io.github.diffusion4j.samplers", "io.github.diffusion4j.samplers.diffusers").andShould().haveSimpleNameEndingWith("Scheduler");

    /** Laws are tested on the catalog, so a solver that is missing there is not tested. */
    @ArchTest
    static void solvers_are_in_the_catalog(JavaClasses imported) {
        Set<String> inCatalog = SolverCatalog.all().stream().flatMap(entry -> parts(entry.of(MANY_STEPS))).map(part -> part.getClass().getSimpleName())
                .collect(Collectors.toSet());
        List<String> missing = imported.stream().filter(type -> type.isAssignableTo(Solver.class) && !type.isInterface()).map(JavaClass::getSimpleName)
                .filter(name -> !inCatalog.contains(name) && !AS_DIFFUSERS.contains(name)).toList();
        assertEquals(List.of(), missing, "SolverCatalog needs a line for each of these, or their laws are not tested");
    }

    /** A solver and those it decorates. */
    private static Stream<Object> parts(Object solver) {
        return Stream.concat(Stream.of(solver), Arrays.stream(solver.getClass().getRecordComponents()).filter(part -> Solver.class.isAssignableFrom(part.getType()))
                .flatMap(part -> parts(value(part, solver))));
    }

    private static Object value(RecordComponent component, Object owner) {
        try {
            return component.getAccessor().invoke(owner);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }
}
