// SPDX-License-Identifier: Apache-2.0
package io.jswarm.testing;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaModifier.PROTECTED;
import static com.tngtech.archunit.core.domain.JavaModifier.PUBLIC;
import static com.tngtech.archunit.core.domain.JavaModifier.SYNTHETIC;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.NullMarked;

/** The rules of the house that hold in every module. */
public final class ArchitectureRules {

  private static final String[] SINGLE_WRITER_PACKAGES = {
    "io.jswarm.agent..",
    "io.jswarm.allocation..",
    "io.jswarm.control..",
    "io.jswarm.dispatch..",
    "io.jswarm.orchestration..",
    "io.jswarm.store.."
  };

  private static final List<String> ADAPTERS =
      List.of("io.jswarm.docker", "io.jswarm.raft", "io.jswarm.scheduler");

  private static final List<String> LIBRARIES =
      List.of(
          "com.esotericsoftware.",
          "com.fasterxml.",
          "com.github.dockerjava.",
          "com.google.",
          "io.atomix.",
          "io.grpc.",
          "io.netty.",
          "org.bouncycastle.");

  /** A simulation replaces the environment, and can replace nothing else. */
  public static final ArchRule ONLY_THE_LOOP_KNOWS_TIME_CHANCE_AND_THREADS =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.jswarm.loop..")
          .should()
          .accessTargetWhere(
              describe(
                  "the target is a clock, chance, a wait or a thread",
                  access -> NondeterministicCalls.contain(access.getTarget())));

  /** What one loop owns needs no lock. */
  public static final ArchRule LOOP_CODE_TAKES_NO_LOCKS =
      noClasses()
          .that()
          .resideInAnyPackage(SINGLE_WRITER_PACKAGES)
          .should()
          .dependOnClassesThat()
          .resideInAPackage("java.util.concurrent.locks..");

  /** See {@link #LOOP_CODE_TAKES_NO_LOCKS}. */
  public static final ArchRule LOOP_CODE_IS_NOT_SYNCHRONIZED =
      methods()
          .that()
          .areDeclaredInClassesThat()
          .resideInAnyPackage(SINGLE_WRITER_PACKAGES)
          .should()
          .notHaveModifier(JavaModifier.SYNCHRONIZED);

  /** A user of ours must not depend on the libraries we happen to use. */
  public static final ArchRule LIBRARIES_STAY_OUT_OF_SIGNATURES =
      classes()
          .that(describe("are visible to users", ArchitectureRules::isVisible))
          .should(new HaveNoLibraryTypeInSignatures());

  /** Names say what a thing is. */
  public static final ArchRule NAMES_SAY_SOMETHING =
      noClasses().should().haveNameMatching(".*(Impl|Utils?|Helper)(\\$.*)?");

  private static final List<ArchRule> ALL =
      List.of(
          ONLY_THE_LOOP_KNOWS_TIME_CHANCE_AND_THREADS,
          LOOP_CODE_TAKES_NO_LOCKS,
          LOOP_CODE_IS_NOT_SYNCHRONIZED,
          LIBRARIES_STAY_OUT_OF_SIGNATURES,
          NAMES_SAY_SOMETHING);

  private ArchitectureRules() {}

  /** The production classes of one module, by its root package. */
  public static JavaClasses productionClassesIn(String rootPackage) {
    ImportOption noTests =
        location -> !location.contains("/test-classes/") && !location.contains("-tests.jar");
    return new ClassFileImporter().withImportOption(noTests).importPackages(rootPackage);
  }

  /** Checks every rule here on a module. */
  public static void check(JavaClasses module, String rootPackage) {
    ALL.forEach(rule -> rule.allowEmptyShould(true).check(module));
    knowsNoAdapterButItself(rootPackage).check(module);
    checkNullMarked(module.getPackage(rootPackage));
  }

  private static ArchRule knowsNoAdapterButItself(String rootPackage) {
    return noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            ADAPTERS.stream()
                .filter(adapter -> !adapter.equals(rootPackage))
                .map(adapter -> adapter + "..")
                .toArray(String[]::new));
  }

  private static void checkNullMarked(JavaPackage javaPackage) {
    if (!javaPackage.getClasses().isEmpty() && !javaPackage.isAnnotatedWith(NullMarked.class)) {
      throw new AssertionError(javaPackage.getName() + " has no @NullMarked package-info.java");
    }
    javaPackage.getSubpackages().forEach(ArchitectureRules::checkNullMarked);
  }

  private static boolean isVisible(JavaClass type) {
    return type.getModifiers().contains(PUBLIC)
        && type.getEnclosingClass().map(ArchitectureRules::isVisible).orElse(true);
  }

  private static final class HaveNoLibraryTypeInSignatures extends ArchCondition<JavaClass> {

    HaveNoLibraryTypeInSignatures() {
      super("have no type of a library in their signatures");
    }

    @Override
    public void check(JavaClass type, ConditionEvents events) {
      report(type.getFullName(), type.getRawInterfaces(), events);
      type.getRawSuperclass().ifPresent(of -> report(type.getFullName(), Set.of(of), events));
      for (JavaMember member : type.getMembers()) {
        Set<JavaModifier> modifiers = member.getModifiers();
        if ((modifiers.contains(PUBLIC) || modifiers.contains(PROTECTED))
            && !modifiers.contains(SYNTHETIC)) {
          report(member.getFullName(), member.getAllInvolvedRawTypes(), events);
        }
      }
    }

    private static void report(
        String where, Iterable<JavaClass> signature, ConditionEvents events) {
      for (JavaClass part : signature) {
        if (LIBRARIES.stream().anyMatch(part.getName()::startsWith)) {
          events.add(SimpleConditionEvent.violated(part, where + " shows " + part.getName()));
        }
      }
    }
  }
}
