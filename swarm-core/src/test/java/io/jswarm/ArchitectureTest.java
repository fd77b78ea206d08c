// SPDX-License-Identifier: Apache-2.0
package io.jswarm;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import io.jswarm.model.WallBreaker;
import io.jswarm.testing.ArchitectureRules;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Keeps the walls between the packages of swarm-core. */
class ArchitectureTest {

  private static final String ROOT = "io.jswarm";

  /**
   * Which packages of ours each package may use; the exceptions of the root package are for all. A
   * sub-package belongs to the package above it.
   */
  private static final Map<String, Set<String>> WALLS =
      Map.ofEntries(
          Map.entry("model", Set.of()),
          Map.entry("loop", Set.of()),
          Map.entry("spi", Set.of("loop", "model", "transport")),
          Map.entry("store", Set.of("model", "spi")),
          Map.entry("transport", Set.of("loop", "model")),
          Map.entry("security", Set.of("loop", "model", "transport")),
          Map.entry("runtime", Set.of("loop", "model", "spi")),
          Map.entry("control", Set.of("loop", "model", "spi", "store")),
          Map.entry("allocation", Set.of("control", "loop", "model", "spi", "store")),
          Map.entry(
              "membership",
              Set.of("control", "loop", "model", "security", "spi", "store", "transport")),
          // Of allocation, the component that it lines up with its own.
          Map.entry(
              "orchestration", Set.of("allocation", "control", "loop", "model", "spi", "store")),
          Map.entry("dispatch", Set.of("control", "loop", "model", "spi", "store", "transport")),
          // Of dispatch, the messages it speaks.
          Map.entry("agent", Set.of("dispatch", "loop", "model", "spi", "transport")),
          // Of dispatch, the logs; of orchestration, what tells whether a task fits its spec.
          Map.entry(
              "api",
              Set.of(
                  "",
                  "control",
                  "dispatch",
                  "loop",
                  "membership",
                  "model",
                  "orchestration",
                  "spi",
                  "store",
                  "transport")));

  private static final JavaClasses CORE = ArchitectureRules.productionClassesIn(ROOT);

  @Test
  void theRulesOfTheHouseHold() {
    ArchitectureRules.check(CORE, ROOT);
  }

  @Test
  void packagesUseOnlyWhatStandsBelowThem() {
    assertThat(wallsBrokenBy(CORE)).isEmpty();
  }

  @Test
  void everyPackageHasItsWalls() {
    assertThat(CORE.stream().map(ArchitectureTest::featureOf).filter(name -> !name.isEmpty()))
        .isSubsetOf(WALLS.keySet());
  }

  @Test
  void theRootPackageFitsOnOnePage() {
    List<String> visible =
        CORE.stream()
            .filter(type -> type.getPackageName().equals(ROOT) && type.isTopLevelClass())
            .filter(type -> type.getModifiers().contains(JavaModifier.PUBLIC))
            .map(JavaClass::getSimpleName)
            .toList();

    assertThat(visible).hasSizeLessThanOrEqualTo(15);
  }

  @Test
  void aBrokenWallIsSeen() {
    JavaClasses broken = new ClassFileImporter().importClasses(WallBreaker.class);

    assertThat(wallsBrokenBy(broken)).singleElement().asString().contains("EventLoop");
  }

  private static List<String> wallsBrokenBy(JavaClasses classes) {
    return classes.stream()
        .filter(type -> !featureOf(type).isEmpty())
        .flatMap(type -> type.getDirectDependenciesFromSelf().stream())
        .filter(dependency -> !isAllowed(dependency))
        .map(Dependency::getDescription)
        .sorted()
        .toList();
  }

  private static boolean isAllowed(Dependency dependency) {
    JavaClass target = dependency.getTargetClass();
    if (!(target.getPackageName() + ".").startsWith(ROOT + ".") || isPartOfAnException(target)) {
      return true;
    }
    String from = featureOf(dependency.getOriginClass());
    String to = featureOf(target);
    return to.equals(from) || WALLS.getOrDefault(from, Set.of()).contains(to);
  }

  private static boolean isPartOfAnException(JavaClass type) {
    return type.isAssignableTo(Throwable.class)
        || type.getEnclosingClass().map(ArchitectureTest::isPartOfAnException).orElse(false);
  }

  /** {@code "store"} for {@code io.jswarm.store.Tx}; empty for the root package. */
  private static String featureOf(JavaClass type) {
    String[] parts = type.getPackageName().split("\\.", -1);
    return parts.length > 2 ? parts[2] : "";
  }
}
