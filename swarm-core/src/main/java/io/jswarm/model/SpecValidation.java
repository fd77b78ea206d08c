// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

import io.jswarm.InvalidSpecException;
import io.jswarm.InvalidSpecException.Violation;
import io.jswarm.PermissionDeniedException;
import io.jswarm.UnimplementedException;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The rules of S1.1, S1.2, S1.4, S1.6 and S1.7 that need nothing but the spec. Rules about other
 * objects (a referenced secret exists, a port or name is free) belong to the control API.
 *
 * <p>Every {@code check} reports all violations at once, in the order of the spec's fields, with
 * paths such as {@code task.placement.constraints[1]}. Thread-safety: stateless.
 */
public final class SpecValidation {
  private static final int MAX_SECRET_BYTES = 512_000;
  private static final int MAX_CONFIG_BYTES = 1_024_000;
  private static final Pattern SECRET_NAME =
      Pattern.compile("[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,62}[A-Za-z0-9])?");

  private SpecValidation() {}

  /** Checks a service (S1.4 rules 1 to 8, 10 and 11). */
  public static List<Violation> check(ServiceSpec spec) {
    Violations found = new Violations();
    ServiceRules.check(spec, found);
    return found.list();
  }

  /** Checks a secret (S1.6). */
  public static List<Violation> check(SecretSpec spec) {
    Violations found = new Violations();
    secretName(spec.name(), found);
    Driver driver = spec.driver();
    if (driver == null) {
      size(spec.data(), MAX_SECRET_BYTES, found);
    } else {
      found.when(driver.name().isEmpty(), "driver.name", "a secret driver needs a name");
    }
    return found.list();
  }

  /** Checks a config (S1.6). */
  public static List<Violation> check(ConfigSpec spec) {
    Violations found = new Violations();
    secretName(spec.name(), found);
    size(spec.data(), MAX_CONFIG_BYTES, found);
    return found.list();
  }

  /**
   * Checks a network (S1.7). Whether its driver is known depends on the allocator and is not
   * checked here.
   */
  public static List<Violation> check(NetworkSpec spec) {
    Violations found = new Violations();
    ServiceRules.dnsName(spec.name(), found);
    found.when(
        spec.labels().containsKey(NetworkSpec.PREDEFINED_LABEL),
        "labels[" + NetworkSpec.PREDEFINED_LABEL + "]",
        "this label is reserved for networks made by the system");
    found.when(
        spec.attachable() && spec.isIngress(),
        "attachable",
        "the ingress network cannot be attachable");
    IpamOptions ipam = spec.ipam();
    if (ipam != null) {
      for (int i = 0; i < ipam.configs().size(); i++) {
        subnet(ipam.configs().get(i), "ipam.configs[" + i + "]", found);
      }
    }
    return found.list();
  }

  /** Checks the cluster's settings (S1.2). */
  public static List<Violation> check(ClusterSpec spec) {
    Violations found = new Violations();
    found.when(
        !spec.name().equals(ClusterSpec.NAME), "name", "a cluster's name must be \"default\"");
    found.notNegative("dispatcher.heartbeatPeriod", spec.dispatcher().heartbeatPeriod());
    ClusterSpec.CaConfig ca = spec.ca();
    found.when(
        ca.nodeCertExpiry().compareTo(Duration.ofHours(1)) < 0,
        "ca.nodeCertExpiry",
        "node certificates must live at least one hour, not " + ca.nodeCertExpiry());
    for (int i = 0; i < ca.externalCas().size(); i++) {
      ClusterSpec.ExternalCa external = ca.externalCas().get(i);
      String path = "ca.externalCas[" + i + "]";
      found.when(
          !external.protocol().equals("cfssl"),
          path + ".protocol",
          "the only protocol is cfssl, not \"" + external.protocol() + "\"");
      found.when(
          !external.url().startsWith("https://"),
          path + ".url",
          "an external CA needs an https URL");
    }
    List<ClusterSpec.RoleAdmission> policies = spec.acceptancePolicy().policies();
    for (int i = 0; i < policies.size(); i++) {
      ClusterSpec.RoleAdmission policy = policies.get(i);
      boolean hasSecret = !policy.secretAlgorithm().isEmpty() || !policy.secretData().isEmpty();
      found.when(
          hasSecret && !policy.secretAlgorithm().equalsIgnoreCase("bcrypt"),
          "acceptancePolicy.policies[" + i + "].secretAlgorithm",
          "the only hash algorithm is bcrypt, not \"" + policy.secretAlgorithm() + "\"");
    }
    return found.list();
  }

  /** Checks what an operator may set on a node. */
  public static List<Violation> check(NodeSpec spec) {
    Violations found = new Violations();
    found.when(spec.labels().containsKey(""), "labels", "a label needs a key");
    return found.list();
  }

  /**
   * Throws unless the service is valid.
   *
   * @throws InvalidSpecException with everything that is wrong
   * @throws UnimplementedException if the service wants to run a network attachment (S1.4 rule 6)
   */
  public static void require(ServiceSpec spec) {
    if (spec.task().runtime() instanceof AttachmentSpec) {
      throw new UnimplementedException(
          "service "
              + spec.name()
              + ": a service cannot run a network attachment; use a container");
    }
    require("service " + spec.name(), check(spec));
  }

  /** Throws {@link InvalidSpecException} unless the secret is valid. */
  public static void require(SecretSpec spec) {
    require("secret " + spec.name(), check(spec));
  }

  /** Throws {@link InvalidSpecException} unless the config is valid. */
  public static void require(ConfigSpec spec) {
    require("config " + spec.name(), check(spec));
  }

  /**
   * Throws unless the network is valid.
   *
   * @throws InvalidSpecException with everything that is wrong
   * @throws PermissionDeniedException if it carries the label of the system's own networks (S1.7)
   */
  public static void require(NetworkSpec spec) {
    if (spec.labels().containsKey(NetworkSpec.PREDEFINED_LABEL)) {
      throw new PermissionDeniedException(
          "network "
              + spec.name()
              + ": the label "
              + NetworkSpec.PREDEFINED_LABEL
              + " is reserved");
    }
    require("network " + spec.name(), check(spec));
  }

  /** Throws {@link InvalidSpecException} unless the cluster's settings are valid. */
  public static void require(ClusterSpec spec) {
    require("cluster " + spec.name(), check(spec));
  }

  /** Throws {@link InvalidSpecException} unless the node's settings are valid. */
  public static void require(NodeSpec spec) {
    require("node " + spec.name(), check(spec));
  }

  private static void require(String what, List<Violation> violations) {
    if (!violations.isEmpty()) {
      throw new InvalidSpecException(what, violations);
    }
  }

  private static void secretName(String name, Violations found) {
    found.when(
        !SECRET_NAME.matcher(name).matches(),
        "name",
        "\""
            + name
            + "\" must have 1 to 64 characters out of letters, digits, _, . and -, the first and"
            + " the last a letter or digit");
  }

  private static void size(Payload data, int limit, Violations found) {
    found.when(
        data.isEmpty() || data.size() >= limit,
        "data",
        "must have 1 to " + (limit - 1) + " bytes, not " + data.size());
  }

  private static void subnet(IpamConfig config, String path, Violations found) {
    IpRange subnet = IpRange.parseCidr(config.subnet());
    if (subnet == null) {
      found.add(
          path + ".subnet", "\"" + config.subnet() + "\" is not a subnet such as 10.1.0.0/24");
      return;
    }
    if (!config.range().isEmpty()) {
      IpRange range = IpRange.parseCidr(config.range());
      found.when(
          range == null || !subnet.contains(range),
          path + ".range",
          "\"" + config.range() + "\" is not a block inside " + config.subnet());
    }
    found.when(
        !config.gateway().isEmpty() && !subnet.contains(config.gateway()),
        path + ".gateway",
        "\"" + config.gateway() + "\" is not an address inside " + config.subnet());
  }
}
