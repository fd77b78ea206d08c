// SPDX-License-Identifier: Apache-2.0
package io.jswarm.agent;

import io.jswarm.model.Config;
import io.jswarm.model.ConfigReference;
import io.jswarm.model.ContainerSpec;
import io.jswarm.model.GenericResources;
import io.jswarm.model.NodeDescription;
import io.jswarm.model.Secret;
import io.jswarm.model.SecretReference;
import io.jswarm.model.Task;
import io.jswarm.model.TemplateContext;
import io.jswarm.model.Templates;
import io.jswarm.spi.TaskAssignment;
import java.util.Map;
import java.util.TreeMap;

/** Makes what a runtime gets to see of a task: templates expanded, labels and environment added. */
final class AssignmentBuilder {
  private static final String LABEL = "com.docker.swarm.";

  private AssignmentBuilder() {}

  /**
   * The assignment, with those secrets and configs it refers to that are at hand.
   *
   * @throws io.jswarm.InvalidSpecException when a template cannot be expanded
   * @throws UnsupportedOperationException when the task is not a container
   */
  static TaskAssignment build(
      Task task, NodeDescription node, Map<String, Secret> secrets, Map<String, Config> configs) {
    ContainerSpec spec =
        task.spec()
            .container()
            .orElseThrow(
                () ->
                    new UnsupportedOperationException(
                        "this node runs containers only, not "
                            + task.spec().runtime().getClass().getSimpleName()));
    ContainerSpec container = Templates.expand(spec, TemplateContext.of(task, node));
    Map<String, Secret> itsSecrets = new TreeMap<>();
    for (SecretReference reference : spec.secrets()) {
      Secret secret = secrets.get(reference.id());
      if (secret != null) {
        itsSecrets.put(reference.id(), secret);
      }
    }
    Map<String, Config> itsConfigs = new TreeMap<>();
    for (ConfigReference reference : spec.configs()) {
      Config config = configs.get(reference.id());
      if (config != null) {
        itsConfigs.put(reference.id(), config);
      }
    }
    return new TaskAssignment(
        task, container, labels(task), environment(task), itsSecrets, itsConfigs);
  }

  /** The first secret or config the task refers to that the assignment lacks; empty = none. */
  static String missing(TaskAssignment assignment) {
    for (SecretReference reference : assignment.container().secrets()) {
      if (!assignment.secrets().containsKey(reference.id())) {
        return "secret " + reference.name() + " (" + reference.id() + ")";
      }
    }
    for (ConfigReference reference : assignment.container().configs()) {
      if (!assignment.configs().containsKey(reference.id())) {
        return "config " + reference.name() + " (" + reference.id() + ")";
      }
    }
    return "";
  }

  /** The labels of S1.9. */
  private static Map<String, String> labels(Task task) {
    Map<String, String> labels = new TreeMap<>();
    labels.put(LABEL + "task", "");
    labels.put(LABEL + "task.id", task.id());
    labels.put(LABEL + "task.name", task.displayName());
    labels.put(LABEL + "node.id", task.nodeId());
    labels.put(LABEL + "service.id", task.serviceId());
    labels.put(LABEL + "service.name", task.serviceName());
    return labels;
  }

  private static Map<String, String> environment(Task task) {
    Map<String, String> environment = new TreeMap<>();
    for (String entry : GenericResources.environment(task.assignedGenericResources())) {
      int at = entry.indexOf('=');
      environment.put(entry.substring(0, at), entry.substring(at + 1));
    }
    return environment;
  }
}
