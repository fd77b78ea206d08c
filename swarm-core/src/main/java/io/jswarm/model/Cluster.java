// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The one cluster object (S1.2). The canonical constructor is not API: use {@link #of} and the
 * withers.
 *
 * @param id also the organisation name in every certificate
 * @param blacklistedCertificates node ids whose certificates are refused, with the end of their
 *     life (S11.3)
 * @param unlockKeys keys that unlock managers; empty without autolock
 * @param defaultAddressPool where networks without a subnet get theirs; fixed at creation
 * @param subnetSize prefix length of such a subnet; fixed at creation
 * @param vxlanUdpPort fixed at creation
 */
public record Cluster(
    String id,
    Meta meta,
    ClusterSpec spec,
    RootCa rootCa,
    List<EncryptionKey> networkBootstrapKeys,
    long encryptionKeyLamportClock,
    Map<String, Instant> blacklistedCertificates,
    List<EncryptionKey> unlockKeys,
    boolean fips,
    List<String> defaultAddressPool,
    int subnetSize,
    int vxlanUdpPort)
    implements StoreObject {
  public Cluster {
    requireNonNull(id, "id");
    requireNonNull(meta, "meta");
    requireNonNull(spec, "spec");
    requireNonNull(rootCa, "rootCa");
    networkBootstrapKeys = List.copyOf(networkBootstrapKeys);
    blacklistedCertificates = SortedValues.copyOf(blacklistedCertificates);
    unlockKeys = List.copyOf(unlockKeys);
    defaultAddressPool = List.copyOf(defaultAddressPool);
  }

  /** A cluster with default networking and no certificate authority yet. */
  public static Cluster of(String id, ClusterSpec spec) {
    return new Cluster(
        id,
        Meta.NONE,
        spec,
        RootCa.NONE,
        List.of(),
        0,
        Map.of(),
        List.of(),
        false,
        List.of("10.0.0.0/8"),
        24,
        4789);
  }

  @Override
  public Kind kind() {
    return Kind.CLUSTER;
  }

  @Override
  public String name() {
    return spec.name();
  }

  @Override
  public Cluster withMeta(Meta meta) {
    return new Cluster(
        id,
        meta,
        spec,
        rootCa,
        networkBootstrapKeys,
        encryptionKeyLamportClock,
        blacklistedCertificates,
        unlockKeys,
        fips,
        defaultAddressPool,
        subnetSize,
        vxlanUdpPort);
  }

  /**
   * The same without private keys, network keys and unlock keys, as API reads return it; join
   * tokens stay (S1.2).
   */
  public Cluster redacted() {
    ClusterSpec.CaConfig ca = spec.ca();
    ClusterSpec redacted =
        spec.toBuilder()
            .ca(
                new ClusterSpec.CaConfig(
                    ca.nodeCertExpiry(),
                    ca.externalCas(),
                    Payload.EMPTY,
                    Payload.EMPTY,
                    ca.forceRotate()))
            .build();
    return new Cluster(
        id,
        meta,
        redacted,
        rootCa.redacted(),
        List.of(),
        encryptionKeyLamportClock,
        blacklistedCertificates,
        List.of(),
        fips,
        defaultAddressPool,
        subnetSize,
        vxlanUdpPort);
  }

  /** The same cluster with another spec. */
  public Cluster withSpec(ClusterSpec spec) {
    return new Cluster(
        id,
        meta,
        spec,
        rootCa,
        networkBootstrapKeys,
        encryptionKeyLamportClock,
        blacklistedCertificates,
        unlockKeys,
        fips,
        defaultAddressPool,
        subnetSize,
        vxlanUdpPort);
  }

  /** The same cluster with another trust anchor. */
  public Cluster withRootCa(RootCa rootCa) {
    return new Cluster(
        id,
        meta,
        spec,
        rootCa,
        networkBootstrapKeys,
        encryptionKeyLamportClock,
        blacklistedCertificates,
        unlockKeys,
        fips,
        defaultAddressPool,
        subnetSize,
        vxlanUdpPort);
  }

  /** The same cluster with other keys that unlock managers. */
  public Cluster withUnlockKeys(List<EncryptionKey> unlockKeys) {
    return new Cluster(
        id,
        meta,
        spec,
        rootCa,
        networkBootstrapKeys,
        encryptionKeyLamportClock,
        blacklistedCertificates,
        unlockKeys,
        fips,
        defaultAddressPool,
        subnetSize,
        vxlanUdpPort);
  }

  /** The same cluster with other refused certificates. */
  public Cluster withBlacklistedCertificates(Map<String, Instant> blacklistedCertificates) {
    return new Cluster(
        id,
        meta,
        spec,
        rootCa,
        networkBootstrapKeys,
        encryptionKeyLamportClock,
        blacklistedCertificates,
        unlockKeys,
        fips,
        defaultAddressPool,
        subnetSize,
        vxlanUdpPort);
  }

  /**
   * The cluster's trust anchor.
   *
   * @param caKey private key, PEM; empty with an external signer
   * @param caCert root certificate, PEM
   * @param caCertHash digest of the root certificate, as in join tokens
   * @param joinTokens one per role
   * @param rotation a root rotation on its way, or null
   * @param lastForcedRotation the {@code forceRotate} value last acted on
   */
  public record RootCa(
      Payload caKey,
      Payload caCert,
      String caCertHash,
      JoinTokens joinTokens,
      @Nullable RootRotation rotation,
      long lastForcedRotation) {
    /** Of a cluster whose authority does not exist yet. */
    public static final RootCa NONE =
        new RootCa(Payload.EMPTY, Payload.EMPTY, "", new JoinTokens("", ""), null, 0);

    public RootCa {
      requireNonNull(caKey, "caKey");
      requireNonNull(caCert, "caCert");
      requireNonNull(caCertHash, "caCertHash");
      requireNonNull(joinTokens, "joinTokens");
    }

    /** What nodes are to trust, PEM: the root, and while it is rotated the next one too. */
    public Payload trusted() {
      return rotation == null
          ? caCert
          : Payload.of(caCert.toUtf8().stripTrailing() + "\n" + rotation.caCert().toUtf8());
    }

    private RootCa redacted() {
      RootRotation shown =
          rotation == null
              ? null
              : new RootRotation(rotation.caCert(), Payload.EMPTY, rotation.crossSignedCaCert());
      return new RootCa(Payload.EMPTY, caCert, caCertHash, joinTokens, shown, lastForcedRotation);
    }
  }

  /** The secrets that let a new node in, one per role; hidden from {@link #toString()}. */
  public record JoinTokens(String worker, String manager) {
    public JoinTokens {
      requireNonNull(worker, "worker");
      requireNonNull(manager, "manager");
    }

    @Override
    public String toString() {
      return "JoinTokens[hidden]";
    }
  }

  /** The root being rotated to; the key is empty with an external signer. */
  public record RootRotation(Payload caCert, Payload caKey, Payload crossSignedCaCert) {
    public RootRotation {
      requireNonNull(caCert, "caCert");
      requireNonNull(caKey, "caKey");
      requireNonNull(crossSignedCaCert, "crossSignedCaCert");
    }
  }

  /**
   * A symmetric key of the cluster.
   *
   * @param subsystem who uses it
   * @param algorithm cipher, or empty
   * @param lamportTime orders keys of a subsystem
   */
  public record EncryptionKey(String subsystem, String algorithm, Payload key, long lamportTime) {
    public EncryptionKey {
      requireNonNull(subsystem, "subsystem");
      requireNonNull(algorithm, "algorithm");
      requireNonNull(key, "key");
    }
  }
}
