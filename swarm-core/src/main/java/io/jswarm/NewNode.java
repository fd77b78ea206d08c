// SPDX-License-Identifier: Apache-2.0
package io.jswarm;

import io.jswarm.loop.Environment;
import io.jswarm.loop.EventLoop;
import io.jswarm.membership.CertificateClient;
import io.jswarm.membership.EnrolmentMessage;
import io.jswarm.model.NodeRole;
import io.jswarm.model.NodeSpec;
import io.jswarm.model.Payload;
import io.jswarm.security.CertificateRequest;
import io.jswarm.security.IdentityFiles;
import io.jswarm.security.JoinToken;
import io.jswarm.security.NodeCredentials;
import io.jswarm.security.NodeIdentity;
import io.jswarm.security.RootAuthority;
import io.jswarm.transport.PeerIdentity;
import io.jswarm.transport.grpc.GrpcTransport;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a node gets its identity the first time (S11.2): as the first manager of a cluster it makes
 * the authority, else it joins with a token.
 *
 * @param token null = begin a cluster
 * @param expected the role that was asked for; null = what the token says
 * @param life of the certificate of a first manager
 * @param mayBeExpired for one that goes on alone with a state that may be old
 */
record NewNode(
    @Nullable String token,
    @Nullable NodeRole expected,
    NodeSpec spec,
    Duration life,
    boolean mayBeExpired) {
  /** Where identities are, within a data directory. */
  static final String CERTIFICATES = "certificates";

  /** The original tries five times, two seconds apart. */
  private static final Duration PATIENCE = Duration.ofSeconds(15);

  /** An identity, saved. Blocks. */
  NodeIdentity identity(Environment environment, IdentityFiles files, NodeAddresses addresses) {
    if (token != null) {
      return join(environment, files, addresses, JoinToken.parse(token));
    }
    if (expected == NodeRole.MANAGER) {
      return begin(environment, files);
    }
    throw new FailedPreconditionException(
        "this node has no certificate yet; say which cluster it joins: call join(address, token)");
  }

  /** The root's key is kept beside until the cluster's store has it. */
  private NodeIdentity begin(Environment environment, IdentityFiles files) {
    Instant now = environment.time().now();
    RootAuthority root = RootAuthority.create(now);
    CertificateRequest request = CertificateRequest.create();
    String chain =
        root.issue(
            request.pem(),
            environment.ids().next(),
            NodeRole.MANAGER,
            environment.ids().next(),
            life,
            Payload.EMPTY,
            now);
    NodeIdentity identity = request.certified(chain);
    files.saveNewRootKey(root.keyPem());
    files.saveRoots(root.certificatePem());
    files.save(identity);
    return identity;
  }

  private NodeIdentity join(
      Environment environment, IdentityFiles files, NodeAddresses addresses, JoinToken parsed) {
    EventLoop loop = environment.loops().create("joining");
    try {
      Payload root = fetchRoot(environment, loop, addresses.managers());
      if (!parsed.isOf(root)) {
        throw new PermissionDeniedException(
            "the cluster at "
                + addresses.managers()
                + " is not the one the token is for: its root certificate has another digest");
      }
      CertificateRequest request = CertificateRequest.create();
      EnrolmentMessage.Join question =
          new EnrolmentMessage.Join(parsed.text(), request.pem(), spec, expected);
      NodeCredentials pinned = NodeCredentials.of(environment.time(), null, root);
      EnrolmentMessage.Issued issued =
          issued(ask(environment, loop, pinned, addresses.managers(), question));
      NodeIdentity identity = request.certified(issued.chain());
      files.saveRoots(issued.roots());
      files.save(identity);
      if (!issued.managers().isEmpty()) {
        addresses.saveManagers(issued.managers());
      }
      return identity;
    } finally {
      loop.close();
    }
  }

  private static Payload fetchRoot(
      Environment environment, EventLoop loop, List<String> addresses) {
    EnrolmentMessage answer =
        ask(
            environment,
            loop,
            NodeCredentials.unverified(environment.time()),
            addresses,
            new EnrolmentMessage.FetchRoot());
    if (answer instanceof EnrolmentMessage.Root root) {
      return root.roots();
    }
    throw new UnavailableException("no manager tells its root certificate: " + answer);
  }

  private static EnrolmentMessage ask(
      Environment environment,
      EventLoop loop,
      NodeCredentials credentials,
      List<String> addresses,
      EnrolmentMessage question) {
    try (GrpcTransport transport = GrpcNodeNetwork.transport(environment, credentials)) {
      CertificateClient client = new CertificateClient(transport, loop, PeerIdentity.ANONYMOUS);
      return Reply.of(client.ask(addresses, question, PATIENCE), environment.awaiter())
          .await(PATIENCE.multipliedBy(2));
    }
  }

  static EnrolmentMessage.Issued issued(EnrolmentMessage answer) {
    if (answer instanceof EnrolmentMessage.Issued issued) {
      return issued;
    }
    throw new UnavailableException("a manager answered with something else: " + answer);
  }

  /**
   * Checks that others will accept the certificate.
   *
   * @throws FailedPreconditionException when it has expired (C11.15)
   */
  void requireValid(NodeIdentity identity, Instant now) {
    if (identity.isExpired(now) && !mayBeExpired) {
      throw new FailedPreconditionException(
          "the certificate of node "
              + identity.nodeId()
              + " expired at "
              + identity.certificate().getNotAfter().toInstant()
              + " and cannot be renewed; remove the node from the cluster, and join anew with an"
              + " empty data directory and a token");
    }
  }
}
