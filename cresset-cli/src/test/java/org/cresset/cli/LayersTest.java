package org.cresset.cli;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Who may use whom: a layer those below it, and nobody another's insides. */
class LayersTest {
    private static final JavaClasses ALL = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("org.cresset");

    private static final String[] CORE = {
        "op", "tensor", "autograd", "random", "registry", "linalg", "amp", "fft", "masked", "signal", "special", "watch"
    };

    private static final String[] TRAIN = {"train", "metrics"};

    /** Each layer by its packages, with the layers that it may use. */
    private static final Map<String, List<String>> LAYERS = new LinkedHashMap<>();

    static {
        LAYERS.put("base", List.of());
        LAYERS.put("emit", List.of("base"));
        LAYERS.put("onednn", List.of("base"));
        LAYERS.put("lapack", List.of("base"));
        LAYERS.put("core", List.of("base", "emit"));
        LAYERS.put("io", List.of("base", "core"));
        LAYERS.put("nn", List.of("base", "emit", "core"));
        LAYERS.put("optim", List.of("base", "emit", "core", "nn"));
        LAYERS.put("data", List.of("base", "core", "io"));
        LAYERS.put("parquet", List.of("base", "core", "io", "data"));
        LAYERS.put("notebook", List.of("base", "core", "nn", "data", "train"));
        LAYERS.put("train", List.of("base", "core", "io", "nn", "optim", "data"));
        LAYERS.put("conformance", List.of("base", "core", "io", "nn", "optim", "data"));
        LAYERS.put("bench", List.of("base", "emit", "core", "io", "nn", "optim", "data", "train"));
        LAYERS.put("cli", List.of("base", "core", "io", "nn", "optim", "data", "train", "conformance", "bench"));
    }

    private static String[] packages(List<String> layers) {
        List<String> packages = new ArrayList<>();
        for (String layer : layers) {
            for (String name : layer.equals("core") ? CORE : layer.equals("train") ? TRAIN : new String[] {layer}) {
                packages.add("org.cresset." + name + "..");
            }
        }
        return packages.toArray(String[]::new);
    }

    @TestFactory
    List<DynamicTest> layersUseThoseBelowOnly() {
        List<DynamicTest> tests = new ArrayList<>();
        LAYERS.forEach((layer, below) -> tests.add(DynamicTest.dynamicTest(layer, () -> {
            List<String> allowed = new ArrayList<>(below);
            allowed.add(layer);
            noClasses()
                    .that()
                    .resideInAnyPackage(packages(List.of(layer)))
                    .should()
                    .dependOnClassesThat(
                            resideInAnyPackage("org.cresset..").and(resideOutsideOfPackages(packages(allowed))))
                    .because("arrows between layers point down")
                    .allowEmptyShould(true) // optional modules are on the class path of their own tests only
                    .check(ALL);
        })));
        return tests;
    }

    @Test
    void everyClassIsInALayer() {
        classes()
                .should()
                .resideInAnyPackage(packages(List.copyOf(LAYERS.keySet())))
                .check(ALL);
        assertThat(ALL.size()).isGreaterThan(400);
    }

    @Test
    void kernelsKnowNoTensor() {
        noClasses()
                .that()
                .resideInAnyPackage(packages(List.of("base", "emit", "onednn")))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.cresset.tensor..", "org.cresset.op..", "org.cresset.autograd..")
                .check(ALL);
    }

    @Test
    void nativeCallsStayInTheirPlaces() {
        noClasses()
                .that()
                .resideOutsideOfPackages(
                        "org.cresset.base..", "org.cresset.io", "org.cresset.onednn", "org.cresset.lapack")
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.lang.foreign.Linker")
                .check(ALL);
    }

    @Test
    void vectorInstructionsAreOnlyInEmittedCode() {
        noClasses()
                .that()
                .resideOutsideOfPackages("org.cresset.op.gen", "org.cresset.optim.gen")
                .and()
                .doNotHaveFullyQualifiedName("org.cresset.cli.VectorWidth") // asks for the module first
                // What emitted loops have no words for; their callers ask for the module first.
                .and()
                .haveNameNotMatching("org\\.cresset\\.op\\.(Transposition|\\w+\\$Vectors)(\\$.*)?")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("jdk.incubator.vector")
                .because("everything else has to load where the module is missing")
                .check(ALL);
    }

    @Test
    void librariesOfOthersStayWhereTheyAreNeeded() {
        keep("com.fasterxml.jackson..", "io", "train", "conformance", "data", "bench", "cli");
        keep("picocli..", "cli");
        keep("me.tongfei..", "train", "cli");
        keep("org.apache.commons..", "data");
        keep("dev.hardwood..", "parquet");
        keep("org.dflib.jjava..", "notebook");
    }

    private static void keep(String library, String... layers) {
        noClasses()
                .that()
                .resideOutsideOfPackages(packages(List.of(layers)))
                .should()
                .dependOnClassesThat()
                .resideInAPackage(library)
                .check(ALL);
    }

    @Test
    void librariesDoNotPrint() {
        noClasses()
                .that()
                .resideInAnyPackage(packages(List.of("base", "onednn", "io", "nn", "data")))
                .should(ACCESS_STANDARD_STREAMS)
                .check(ALL);
    }

    @Test
    void everyPackageSaysWhatMayBeNull() {
        List<String> without = ALL.stream()
                .map(JavaClass::getPackageName)
                .distinct()
                .filter(p -> !p.endsWith(".gen"))
                .filter(p -> !ALL.contain(p + ".package-info"))
                .toList();
        assertThat(without).isEmpty();
        assertThat(ALL.get("org.cresset.tensor.package-info").isAnnotatedWith("org.jspecify.annotations.NullMarked"))
                .isTrue();
    }
}
