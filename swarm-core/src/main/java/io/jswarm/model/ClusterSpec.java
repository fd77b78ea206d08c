// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What operators can set on the whole cluster (S1.2). Made by {@link #defaults()} and {@link
 * #toBuilder()}; the canonical constructor is not API.
 *
 * @param name always {@code default}
 */
public record ClusterSpec(
    String name,
    Map<String, String> labels,
    OrchestrationConfig orchestration,
    DispatcherConfig dispatcher,
    RaftConfig raft,
    CaConfig ca,
    TaskDefaults taskDefaults,
    EncryptionConfig encryption,
    AcceptancePolicy acceptancePolicy) {
  public ClusterSpec {
    requireNonNull(name, "name");
    labels = SortedValues.copyOf(labels);
    requireNonNull(orchestration, "orchestration");
    requireNonNull(dispatcher, "dispatcher");
    requireNonNull(raft, "raft");
    requireNonNull(ca, "ca");
    requireNonNull(taskDefaults, "taskDefaults");
    requireNonNull(encryption, "encryption");
    requireNonNull(acceptancePolicy, "acceptancePolicy");
  }

  /** The one name a cluster may have. */
  public static final String NAME = "default";

  private static final ClusterSpec DEFAULTS =
      new ClusterSpec(
          NAME,
          Map.of(),
          new OrchestrationConfig(5),
          // The original's period is 5 s; one second finds a silent node within three (three missed
          // periods).
          new DispatcherConfig(Duration.ofSeconds(1)),
          new RaftConfig(10_000, 0, 500, 1, 10),
          new CaConfig(Duration.ofDays(90), List.of(), Payload.EMPTY, Payload.EMPTY, 0),
          new TaskDefaults(null),
          new EncryptionConfig(false),
          new AcceptancePolicy(List.of()));

  /** Every setting at its default. */
  public static ClusterSpec defaults() {
    return DEFAULTS;
  }

  /**
   * History of tasks.
   *
   * @param taskHistoryRetentionLimit tasks kept per slot or node, the live one included; negative
   *     keeps all (S2.4)
   */
  public record OrchestrationConfig(long taskHistoryRetentionLimit) {}

  /**
   * Dealings with agents.
   *
   * @param heartbeatPeriod how often an agent has to report; it counts as silent after three
   *     periods
   */
  public record DispatcherConfig(Duration heartbeatPeriod) {
    public DispatcherConfig {
      requireNonNull(heartbeatPeriod, "heartbeatPeriod");
    }
  }

  /**
   * The replicated log.
   *
   * @param snapshotInterval entries between snapshots
   * @param keepOldSnapshots snapshots kept beyond the newest
   * @param logEntriesForSlowFollowers entries kept after a snapshot
   * @param heartbeatTick heartbeat, in ticks of one second
   * @param electionTick election timeout, in ticks of one second
   */
  public record RaftConfig(
      long snapshotInterval,
      long keepOldSnapshots,
      long logEntriesForSlowFollowers,
      int heartbeatTick,
      int electionTick) {}

  /**
   * The certificate authority.
   *
   * @param nodeCertExpiry life of a node's certificate, at least one hour
   * @param externalCas external signers
   * @param signingCaCert the root to rotate to, PEM; empty = none (S11.5)
   * @param signingCaKey its key, PEM; empty = none
   * @param forceRotate raise it to rotate to a root of the cluster's own making
   */
  public record CaConfig(
      Duration nodeCertExpiry,
      List<ExternalCa> externalCas,
      Payload signingCaCert,
      Payload signingCaKey,
      long forceRotate) {
    public CaConfig {
      requireNonNull(nodeCertExpiry, "nodeCertExpiry");
      externalCas = List.copyOf(externalCas);
      requireNonNull(signingCaCert, "signingCaCert");
      requireNonNull(signingCaKey, "signingCaKey");
    }
  }

  /**
   * An external signer.
   *
   * @param protocol only {@code cfssl} exists
   * @param url an https URL
   * @param options protocol options
   * @param caCert the root it signs for, PEM
   */
  public record ExternalCa(
      String protocol, String url, Map<String, String> options, Payload caCert) {
    public ExternalCa {
      requireNonNull(protocol, "protocol");
      requireNonNull(url, "url");
      options = SortedValues.copyOf(options);
      requireNonNull(caCert, "caCert");
    }
  }

  /**
   * What tasks get that do not say.
   *
   * @param logDriver driver for tasks that set none; null = the runtime's own default
   */
  public record TaskDefaults(@Nullable LogDriver logDriver) {}

  /**
   * Keys at rest.
   *
   * @param autoLockManagers whether managers start locked
   */
  public record EncryptionConfig(boolean autoLockManagers) {}

  /** Legacy rules on who may join; kept so that old specs survive a round trip. */
  public record AcceptancePolicy(List<RoleAdmission> policies) {
    public AcceptancePolicy {
      policies = List.copyOf(policies);
    }
  }

  /**
   * Admission of one role.
   *
   * @param secretAlgorithm {@code bcrypt}, or empty when there is no secret
   */
  public record RoleAdmission(
      NodeRole role, boolean autoAccept, String secretAlgorithm, Payload secretData) {
    public RoleAdmission {
      requireNonNull(role, "role");
      requireNonNull(secretAlgorithm, "secretAlgorithm");
      requireNonNull(secretData, "secretData");
    }
  }

  /** A builder that starts from this. */
  public Builder toBuilder() {
    return new Builder(this);
  }

  /** Makes {@link ClusterSpec}. Reusable; not thread-safe. */
  public static final class Builder {
    private final String name;
    private final Map<String, String> labels = new TreeMap<>();
    private OrchestrationConfig orchestration;
    private DispatcherConfig dispatcher;
    private RaftConfig raft;
    private CaConfig ca;
    private TaskDefaults taskDefaults;
    private EncryptionConfig encryption;
    private final AcceptancePolicy acceptancePolicy;

    private Builder(ClusterSpec from) {
      name = from.name;
      labels.putAll(from.labels);
      orchestration = from.orchestration;
      dispatcher = from.dispatcher;
      raft = from.raft;
      ca = from.ca;
      taskDefaults = from.taskDefaults;
      encryption = from.encryption;
      acceptancePolicy = from.acceptancePolicy;
    }

    /** Adds a label; the same key again replaces its value. */
    public Builder label(String key, String value) {
      labels.put(requireNonNull(key, "key"), requireNonNull(value, "value"));
      return this;
    }

    /** Sets how many tasks are kept per slot or node; negative keeps all. */
    public Builder taskHistoryRetentionLimit(long limit) {
      orchestration = new OrchestrationConfig(limit);
      return this;
    }

    /** Sets how often agents report. */
    public Builder heartbeatPeriod(Duration period) {
      dispatcher = new DispatcherConfig(period);
      return this;
    }

    /** Sets the replicated log's numbers. */
    public Builder raft(RaftConfig raft) {
      this.raft = requireNonNull(raft, "raft");
      return this;
    }

    /** Sets the certificate authority's rules. */
    public Builder ca(CaConfig ca) {
      this.ca = requireNonNull(ca, "ca");
      return this;
    }

    /** Sets the log driver of tasks that name none; null = the runtime's default. */
    public Builder defaultLogDriver(@Nullable LogDriver logDriver) {
      taskDefaults = new TaskDefaults(logDriver);
      return this;
    }

    /** Sets whether managers start locked. */
    public Builder autoLockManagers(boolean autoLock) {
      encryption = new EncryptionConfig(autoLock);
      return this;
    }

    /** What was built. */
    public ClusterSpec build() {
      return new ClusterSpec(
          name,
          labels,
          orchestration,
          dispatcher,
          raft,
          ca,
          taskDefaults,
          encryption,
          acceptancePolicy);
    }
  }
}
