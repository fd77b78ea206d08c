// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft;

import com.tngtech.archunit.core.domain.JavaClasses;
import io.jswarm.testing.ArchitectureRules;
import org.junit.jupiter.api.Test;

class ArchitectureTest {

  private static final String ROOT = "io.jswarm.raft";
  private static final JavaClasses MODULE = ArchitectureRules.productionClassesIn(ROOT);

  @Test
  void theRulesOfTheHouseHold() {
    ArchitectureRules.check(MODULE, ROOT);
  }
}
