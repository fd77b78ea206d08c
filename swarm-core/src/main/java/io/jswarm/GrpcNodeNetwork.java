// SPDX-License-Identifier: Apache-2.0
package io.jswarm;

import io.jswarm.api.ControlCodec;
import io.jswarm.dispatch.DispatchCodec;
import io.jswarm.loop.Environment;
import io.jswarm.loop.EventLoop;
import io.jswarm.membership.CertificateClient;
import io.jswarm.membership.EnrolmentCodec;
import io.jswarm.membership.EnrolmentMessage;
import io.jswarm.membership.NewCluster;
import io.jswarm.model.ClusterSpec;
import io.jswarm.model.Node;
import io.jswarm.model.NodeCertificate.IssuanceState;
import io.jswarm.model.NodeDescription.TlsInfo;
import io.jswarm.model.NodeRole;
import io.jswarm.model.Payload;
import io.jswarm.security.CertificateRequest;
import io.jswarm.security.IdentityFiles;
import io.jswarm.security.NodeCredentials;
import io.jswarm.security.NodeIdentity;
import io.jswarm.security.RootAuthority;
import io.jswarm.security.UnlockKey;
import io.jswarm.transport.ChannelKind;
import io.jswarm.transport.PeerIdentity;
import io.jswarm.transport.Transport;
import io.jswarm.transport.grpc.GrpcTransport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node among others on other machines: mutual TLS, with certificates of the cluster's authority.
 * Knows who the node is, keeps that on disk, and renews it in time (S11.1).
 */
final class GrpcNodeNetwork implements NodeNetwork {
  private static final Logger LOG = LoggerFactory.getLogger(GrpcNodeNetwork.class);
  private static final Duration PATIENCE = Duration.ofSeconds(15);

  private final Environment environment;
  private final EventLoop loop;
  private final IdentityFiles files;
  private final NodeAddresses addresses;
  private final NodeCredentials credentials;
  private final GrpcTransport transport;
  private final Renewal renewal;
  private volatile @Nullable ManagerGuard guard;

  private GrpcNodeNetwork(
      Environment environment,
      IdentityFiles files,
      NodeAddresses addresses,
      NodeIdentity identity) {
    this.environment = environment;
    this.files = files;
    this.addresses = addresses;
    this.loop = environment.loops().create("network-" + identity.nodeId());
    this.credentials = NodeCredentials.of(environment.time(), identity, files.roots());
    this.transport = transport(environment, credentials);
    this.renewal = new Renewal(environment, loop, credentials, this::renewNow);
  }

  /** Begins as what the data directory says, else as a new node. Blocks. */
  static GrpcNodeNetwork open(
      Environment environment, IdentityFiles files, NodeAddresses addresses, NewNode newcomer) {
    NodeIdentity identity =
        files.load().orElseGet(() -> newcomer.identity(environment, files, addresses));
    newcomer.requireValid(identity, environment.time().now());
    GrpcNodeNetwork network = new GrpcNodeNetwork(environment, files, addresses, identity);
    network.renewal.start();
    return network;
  }

  static GrpcTransport transport(Environment environment, NodeCredentials credentials) {
    return GrpcTransport.builder(environment, credentials)
        .codec(ChannelKind.DISPATCHER, new DispatchCodec())
        .codec(ChannelKind.CONTROL, new ControlCodec())
        .codec(ChannelKind.ENROLMENT, new EnrolmentCodec())
        .build();
  }

  private NodeIdentity identity() {
    return credentials.identity().orElseThrow();
  }

  @Override
  public Transport transport() {
    return transport;
  }

  @Override
  public String nodeId() {
    return identity().nodeId();
  }

  @Override
  public NodeRole role() {
    return identity().role();
  }

  @Override
  public String address() {
    return addresses.advertised();
  }

  @Override
  public List<String> managers() {
    List<String> known = new ArrayList<>(addresses.managers());
    if (role() == NodeRole.MANAGER && !known.contains(address())) {
      known.add(0, address());
    }
    return known;
  }

  @Override
  public void managers(List<String> managers) {
    if (!managers.equals(addresses.managers())) {
      environment.blocking().execute(() -> addresses.saveManagers(managers));
    }
  }

  @Override
  public synchronized boolean roots(Payload roots) {
    if (roots.equals(credentials.roots())) {
      return false;
    }
    files.saveRoots(roots);
    credentials.replace(identity(), roots);
    return true;
  }

  @Override
  public TlsInfo tlsInfo() {
    return identity().tlsInfo(credentials.roots());
  }

  @Override
  public void onRenewal(Consumer<NodeRole> listener) {
    renewal.onRenewal(() -> listener.accept(role()));
  }

  @Override
  public Optional<NewCluster> newCluster(ClusterSpec spec) {
    Payload key = files.newRootKey();
    if (key.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        NewCluster.of(identity().clusterId(), spec, RootAuthority.of(files.roots(), key)));
  }

  @Override
  public void begun() {
    files.forgetNewRootKey();
  }

  @Override
  public void open() {
    addresses.bind(transport);
  }

  @Override
  public void guard(Manager manager) {
    guard = ManagerGuard.of(manager, credentials, transport);
  }

  @Override
  public Optional<UnlockKey> unlockKey() {
    return files.unlockKey();
  }

  @Override
  public synchronized void lock(Optional<UnlockKey> key) {
    files.lock(key.orElse(null));
  }

  @Override
  public void shut() {
    ManagerGuard ending = guard;
    if (ending != null) {
      ending.close();
    }
    transport.unbind();
  }

  @Override
  public boolean isCurrent(Node node) {
    return node.role() == role() && node.certificate().state() != IssuanceState.ROTATE;
  }

  @Override
  public boolean renew(Node node) {
    if (isCurrent(node)) {
      return false;
    }
    renewNow();
    return true;
  }

  private synchronized void renewNow() {
    NodeIdentity present = identity();
    CertificateRequest request = CertificateRequest.create();
    PeerIdentity self = new PeerIdentity(present.nodeId(), present.role());
    EnrolmentMessage.Issued issued =
        NewNode.issued(
            Reply.of(
                    new CertificateClient(transport, loop, self)
                        .ask(managers(), new EnrolmentMessage.Renew(request.pem()), PATIENCE),
                    environment.awaiter())
                .await(PATIENCE.multipliedBy(2)));
    NodeIdentity next = request.certified(issued.chain());
    if (!next.nodeId().equals(present.nodeId()) || !next.clusterId().equals(present.clusterId())) {
      throw new UnavailableException("a certificate for another node was issued: " + next);
    }
    files.saveRoots(issued.roots());
    files.save(next);
    credentials.replace(next, issued.roots());
    renewal.start();
    LOG.info(
        "node {} has a new certificate as a {}, good until {}",
        next.nodeId(),
        next.role(),
        next.certificate().getNotAfter().toInstant());
  }

  @Override
  public List<String> files() {
    List<String> all = new ArrayList<>(NodeAddresses.FILES);
    all.add(NewNode.CERTIFICATES);
    return all;
  }

  @Override
  public void close() {
    shut();
    renewal.close();
    transport.close();
    loop.close();
  }
}
