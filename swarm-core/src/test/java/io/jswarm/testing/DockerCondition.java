// SPDX-License-Identifier: Apache-2.0
package io.jswarm.testing;

import java.util.Map;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Decides whether tests marked {@link RequiresDocker} run, are skipped, or fail. */
final class DockerCondition implements ExecutionCondition {

  private final Map<String, String> environment;

  DockerCondition() {
    this(System.getenv());
  }

  DockerCondition(Map<String, String> environment) {
    this.environment = environment;
  }

  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    return evaluate();
  }

  ConditionEvaluationResult evaluate() {
    DockerEngine engine = DockerEngine.of(environment);
    if (engine.answers()) {
      return ConditionEvaluationResult.enabled("a Docker Engine answers at " + engine.address());
    }
    String reason = "no Docker Engine answers at " + engine.address();
    if (Boolean.parseBoolean(environment.get("SWARM_REQUIRE_DOCKER"))) {
      throw new IllegalStateException(reason + ", and SWARM_REQUIRE_DOCKER is set");
    }
    return ConditionEvaluationResult.disabled(reason);
  }
}
