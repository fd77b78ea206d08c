// SPDX-License-Identifier: Apache-2.0
package io.jswarm.membership;

import io.jswarm.NotLeaderException;
import io.jswarm.SwarmException;
import io.jswarm.control.ControlLoop;
import io.jswarm.loop.Environment;
import io.jswarm.model.Cluster;
import io.jswarm.model.Node;
import io.jswarm.model.NodeCertificate;
import io.jswarm.model.NodeCertificate.IssuanceState;
import io.jswarm.model.NodeRole;
import io.jswarm.model.Payload;
import io.jswarm.model.SpecValidation;
import io.jswarm.security.JoinToken;
import io.jswarm.store.ReadView;
import io.jswarm.store.Tx;
import io.jswarm.transport.Channel;
import io.jswarm.transport.Listener;
import io.jswarm.transport.Message;
import io.jswarm.transport.PeerIdentity;
import io.jswarm.transport.Receiver;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives certificates to nodes (S11.3): to those with a token, and to those with a certificate of
 * this cluster. Only the leader does; it never acts on another manager's word, so there is nothing
 * to be gained by asking around a change of leadership (CVE-2026-115539). A node's id is drawn
 * here, its role comes from the token or the store.
 *
 * <p>On the control loop; signatures are made elsewhere.
 */
public final class CertificateServer implements Listener {
  private static final Logger LOG = LoggerFactory.getLogger(CertificateServer.class);

  /** Signatures under way; more are refused. */
  private static final int MOST_AT_ONCE = 64;

  private final ControlLoop control;
  private final Environment environment;
  private final Supplier<List<String>> managers;
  private final AdmissionLimit limit = new AdmissionLimit();
  private int signing;

  /**
   * A server.
   *
   * @param managers where managers are that can be reached
   */
  public CertificateServer(
      ControlLoop control, Environment environment, Supplier<List<String>> managers) {
    this.control = control;
    this.environment = environment;
    this.managers = managers;
  }

  @Override
  public Receiver onChannel(Channel channel) {
    return new Receiver() {
      private boolean asked;

      @Override
      public void onMessage(Message message) {
        if (asked) {
          channel.close();
          return;
        }
        asked = true;
        answer(channel, message);
      }

      @Override
      public void onClosed(String reason) {}
    };
  }

  private void answer(Channel channel, Message message) {
    Cluster cluster = control.view().cluster().orElse(null);
    if (cluster == null || cluster.rootCa().caCert().isEmpty()) {
      refuse(channel, EnrolmentMessage.Reason.UNAVAILABLE, "this manager knows no cluster yet");
    } else if (message instanceof EnrolmentMessage.FetchRoot) {
      channel.send(new EnrolmentMessage.Root(cluster.rootCa().caCert()));
    } else if (message instanceof EnrolmentMessage.Join join) {
      join(channel, cluster, join);
    } else if (message instanceof EnrolmentMessage.Renew renew) {
      renew(channel, cluster, renew);
    } else {
      channel.close();
    }
  }

  private void join(Channel channel, Cluster cluster, EnrolmentMessage.Join join) {
    Optional<NodeRole> role = JoinToken.roleOf(join.token(), cluster.rootCa().joinTokens());
    if (!limit.admit(role.isPresent(), control.loop().nanoTime())) {
      refuse(channel, EnrolmentMessage.Reason.UNAVAILABLE, "too many nodes ask to join; try again");
    } else if (role.isEmpty()) {
      LOG.warn("a node at {} asked to join without a valid token", channel.peerAddress());
      refuse(channel, EnrolmentMessage.Reason.INVALID_TOKEN, "a valid join token is needed");
    } else if (join.expected() != null && join.expected() != role.get()) {
      refuse(
          channel,
          EnrolmentMessage.Reason.INVALID_TOKEN,
          "the token is for a " + role.get() + ", and the node means to be a " + join.expected());
    } else {
      String nodeId = environment.ids().next();
      issue(
          channel,
          cluster,
          new Subject(nodeId, role.get()),
          join.csr(),
          tx -> admit(tx, join, nodeId, role.get()));
    }
  }

  /** Anew, in the transaction: the token may have been rotated since. */
  private static @Nullable String admit(
      Tx tx, EnrolmentMessage.Join join, String nodeId, NodeRole role) {
    Cluster cluster = tx.cluster().orElseThrow();
    if (!JoinToken.roleOf(join.token(), cluster.rootCa().joinTokens()).equals(Optional.of(role))) {
      return "a valid join token is needed";
    }
    var spec = join.spec().toBuilder().desiredRole(role).build();
    SpecValidation.require(spec);
    tx.create(Node.of(nodeId, spec).toBuilder().certificate(certificate(role, nodeId)).build());
    return null;
  }

  private void renew(Channel channel, Cluster cluster, EnrolmentMessage.Renew renew) {
    PeerIdentity peer = channel.peer();
    Node node = peer.isAnonymous() ? null : control.view().node(peer.nodeId()).orElse(null);
    if (peer.isAnonymous()) {
      refuse(
          channel,
          EnrolmentMessage.Reason.PERMISSION_DENIED,
          "a certificate is renewed with the present one; without it, join with a token");
    } else if (node == null && control.leads()) {
      refuse(
          channel,
          EnrolmentMessage.Reason.PERMISSION_DENIED,
          "node " + peer.nodeId() + " is not part of the cluster");
    } else {
      NodeRole role = node == null ? peer.role() : node.role();
      Subject subject = new Subject(peer.nodeId(), role);
      issue(channel, cluster, subject, renew.csr(), tx -> renewed(tx, subject));
    }
  }

  private static @Nullable String renewed(Tx tx, Subject subject) {
    Node node = tx.node(subject.nodeId).orElse(null);
    if (node == null || node.role() != subject.role) {
      return "node " + subject.nodeId + " was removed, or its role changed meanwhile";
    }
    Node described =
        node.toBuilder().certificate(certificate(subject.role, subject.nodeId)).build();
    if (!described.equals(node)) {
      tx.update(described);
    }
    return null;
  }

  private static NodeCertificate certificate(NodeRole role, String nodeId) {
    return new NodeCertificate(
        role, Payload.EMPTY, IssuanceState.ISSUED, "", Payload.EMPTY, nodeId);
  }

  private record Subject(String nodeId, NodeRole role) {}

  /** Signs, then writes, then answers: nothing is written for a request that cannot be signed. */
  private void issue(
      Channel channel,
      Cluster cluster,
      Subject subject,
      String csr,
      Function<Tx, @Nullable String> write) {
    if (!control.leads()) {
      refuse(
          channel,
          new NotLeaderException("this manager does not lead", control.leader().orElse(null)));
      return;
    }
    if (signing >= MOST_AT_ONCE) {
      refuse(channel, EnrolmentMessage.Reason.UNAVAILABLE, "too many requests; try again");
      return;
    }
    signing++;
    CompletableFuture<String> signed = new CompletableFuture<>();
    environment
        .blocking()
        .execute(
            () -> {
              try {
                signed.complete(
                    Authorities.sign(
                        cluster, subject.nodeId, subject.role, csr, environment.time().now()));
              } catch (RuntimeException e) {
                signed.completeExceptionally(e);
              }
            });
    var unused =
        signed.whenComplete(
            (chain, error) ->
                control
                    .loop()
                    .execute(
                        () -> {
                          signing--;
                          if (error == null) {
                            write(channel, chain, write);
                          } else {
                            refuse(channel, error);
                          }
                        }));
  }

  private void write(Channel channel, String chain, Function<Tx, @Nullable String> write) {
    control
        .write(tx -> Optional.ofNullable(write.apply(tx)))
        .whenComplete(
            (refusal, error) -> {
              if (error != null) {
                refuse(channel, error);
              } else if (refusal.isPresent()) {
                refuse(channel, EnrolmentMessage.Reason.INVALID_TOKEN, refusal.get());
              } else {
                ReadView view = control.view();
                Payload roots =
                    view.cluster().map(each -> each.rootCa().trusted()).orElse(Payload.EMPTY);
                channel.send(new EnrolmentMessage.Issued(chain, roots, managers.get()));
              }
            });
  }

  private static void refuse(Channel channel, Throwable error) {
    Throwable inner = error.getCause();
    Throwable cause = inner == null || error instanceof SwarmException ? error : inner;
    if (cause instanceof NotLeaderException elsewhere) {
      channel.send(
          new EnrolmentMessage.Refused(
              EnrolmentMessage.Reason.NOT_LEADER,
              String.valueOf(elsewhere.getMessage()),
              elsewhere.leader().orElse("")));
    } else if (cause instanceof io.jswarm.InvalidSpecException) {
      refuse(channel, EnrolmentMessage.Reason.INVALID_REQUEST, String.valueOf(cause.getMessage()));
    } else {
      refuse(channel, EnrolmentMessage.Reason.UNAVAILABLE, String.valueOf(cause.getMessage()));
    }
  }

  private static void refuse(Channel channel, EnrolmentMessage.Reason reason, String detail) {
    channel.send(new EnrolmentMessage.Refused(reason, detail, ""));
  }
}
