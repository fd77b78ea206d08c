// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

import io.jswarm.InvalidSpecException;
import io.jswarm.InvalidSpecException.Violation;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The rules of S1.4 for a container (7 and 8). Used once per check. */
final class ContainerRules {
  private static final String PATH = "task.container.";
  private static final Duration SHORTEST = Duration.ofMillis(1);

  private final ContainerSpec container;
  private final Map<String, String> serviceLabels;
  private final Violations found;

  ContainerRules(ContainerSpec container, Map<String, String> serviceLabels, Violations found) {
    this.container = container;
    this.serviceLabels = serviceLabels;
    this.found = found;
  }

  void check() {
    if (container.image().isEmpty()) {
      found.add(PATH + "image", "an image is required");
    } else {
      found.when(
          !ImageReference.isValid(container.image()),
          PATH + "image",
          "\""
              + container.image()
              + "\" is not an image reference such as nginx:1.27 or host:5000/team/app@sha256:…");
    }
    templatesAndMounts();
    Duration grace = container.stopGracePeriod();
    if (grace != null) {
      found.notNegative(PATH + "stopGracePeriod", grace);
    }
    healthcheck(container.healthcheck());
    secrets();
    configs();
    int oom = container.oomScoreAdj();
    found.when(
        oom < -1000 || oom > 1000, PATH + "oomScoreAdj", "must be -1000 to 1000, not " + oom);
  }

  private void templatesAndMounts() {
    List<Mount> mounts;
    try {
      mounts = Templates.expand(container, dummyContext()).mounts();
    } catch (InvalidSpecException e) {
      for (Violation violation : e.violations()) {
        found.add(PATH + violation.path(), violation.message());
      }
      return;
    }
    Map<String, Integer> targets = new HashMap<>();
    for (int i = 0; i < mounts.size(); i++) {
      String target = mounts.get(i).target();
      Integer other = targets.putIfAbsent(target, i);
      String path = PATH + "mounts[" + i + "].target";
      found.when(target.isEmpty(), path, "a mount needs a target");
      found.when(
          other != null && !target.isEmpty(),
          path,
          "\"" + target + "\" is the target of mounts[" + other + "] already");
    }
  }

  /** Stands in for the task that will be; slot 1 as S1.4 rule 7 wants it. */
  private TemplateContext dummyContext() {
    return new TemplateContext(
        "serviceID",
        "serviceName",
        serviceLabels,
        "nodeID",
        "nodeHostname",
        new Platform("os", "architecture"),
        "taskID",
        "taskName",
        1);
  }

  private void healthcheck(Healthcheck check) {
    probeTime("interval", check.interval());
    probeTime("timeout", check.timeout());
    probeTime("startPeriod", check.startPeriod());
    probeTime("startInterval", check.startInterval());
    found.notNegative(PATH + "healthcheck.retries", check.retries());
  }

  private void probeTime(String field, Duration time) {
    found.when(
        !time.isZero() && time.compareTo(SHORTEST) < 0,
        PATH + "healthcheck." + field,
        "must be 0 or at least 1 ms, not " + time);
  }

  private void secrets() {
    Map<String, String> files = new HashMap<>();
    List<SecretReference> secrets = container.secrets();
    for (int i = 0; i < secrets.size(); i++) {
      SecretReference secret = secrets.get(i);
      String path = PATH + "secrets[" + i + "]";
      reference("secret", path, secret.id(), secret.name(), secret.target());
      file("secret", path, secret.name(), secret.target(), files);
    }
  }

  private void configs() {
    Map<String, String> files = new HashMap<>();
    List<ConfigReference> configs = container.configs();
    for (int i = 0; i < configs.size(); i++) {
      ConfigReference config = configs.get(i);
      String path = PATH + "configs[" + i + "]";
      reference("config", path, config.id(), config.name(), config.target());
      if (config.target() instanceof FileTarget target) {
        file("config", path, config.name(), target, files);
      }
    }
    Privileges.CredentialSpec credential = container.privileges().credentialSpec();
    if (credential == null || credential.source() != Privileges.CredentialSpec.Source.CONFIG) {
      return;
    }
    boolean referenced =
        configs.stream()
            .anyMatch(
                c -> c.id().equals(credential.value()) && c.target() instanceof RuntimeTarget);
    found.when(
        !referenced,
        PATH + "privileges.credentialSpec",
        "config " + credential.value() + " must also be among the configs, with a runtime target");
  }

  private void reference(
      String kind, String path, String id, String name, @Nullable ConfigTarget target) {
    found.when(id.isEmpty(), path + ".id", "a reference to a " + kind + " needs its id");
    found.when(name.isEmpty(), path + ".name", "a reference to a " + kind + " needs its name");
    found.when(target == null, path + ".target", "a reference to a " + kind + " needs a target");
  }

  private void file(
      String kind,
      String path,
      String name,
      @Nullable FileTarget target,
      Map<String, String> files) {
    if (target == null) {
      return;
    }
    if (target.name().isEmpty()) {
      found.add(path + ".target.name", "a file needs a name");
      return;
    }
    String other = files.putIfAbsent(target.name(), name);
    found.when(
        other != null,
        path + ".target.name",
        kind + "s " + other + " and " + name + " have the same target " + target.name());
  }
}
