// SPDX-License-Identifier: Apache-2.0
package io.jswarm;

import io.jswarm.model.Cluster;
import io.jswarm.model.Node;
import io.jswarm.model.NodeRole;
import io.jswarm.security.NodeCredentials;
import io.jswarm.store.Commit;
import io.jswarm.store.ReadView;
import io.jswarm.store.Store;
import io.jswarm.store.StoreEvent;
import io.jswarm.store.Watch;
import io.jswarm.store.WatchListener;
import io.jswarm.transport.PeerIdentity;
import io.jswarm.transport.grpc.GrpcTransport;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a manager knows of peers beyond their certificates, which stay valid for a while: a node
 * that was removed is refused (S11.3), one that was demoted is a worker.
 */
final class ManagerGuard implements WatchListener, AutoCloseable {
  private final Store store;
  private final NodeCredentials credentials;
  private final GrpcTransport transport;
  private final Watch watch;

  private ManagerGuard(Manager manager, NodeCredentials credentials, GrpcTransport transport) {
    this.store = manager.store();
    this.credentials = credentials;
    this.transport = transport;
    credentials.judge(this::judge);
    this.watch = store.watch(manager.loop(), Integer.MAX_VALUE, this);
  }

  static ManagerGuard of(Manager manager, NodeCredentials credentials, GrpcTransport transport) {
    return new ManagerGuard(manager, credentials, transport);
  }

  private PeerIdentity judge(PeerIdentity peer) {
    ReadView view = store.view();
    Cluster cluster = view.cluster().orElse(null);
    if (cluster != null && cluster.blacklistedCertificates().containsKey(peer.nodeId())) {
      throw new PermissionDeniedException(
          "node " + peer.nodeId() + " was removed from the cluster; it may join with a token");
    }
    Node node = view.node(peer.nodeId()).orElse(null);
    boolean demoted =
        node != null && node.role() == NodeRole.WORKER && peer.role() == NodeRole.MANAGER;
    return demoted ? new PeerIdentity(peer.nodeId(), NodeRole.WORKER) : peer;
  }

  @Override
  public void onStart(ReadView state) {}

  @Override
  public void onCommit(Commit commit, ReadView state) {
    Set<String> removed = new TreeSet<>();
    Set<String> demoted = new TreeSet<>();
    for (StoreEvent event : commit.events()) {
      if (event.object() instanceof Node node) {
        if (event instanceof StoreEvent.Deleted) {
          removed.add(node.id());
        } else if (node.role() == NodeRole.WORKER
            && event.old() instanceof Node old
            && old.role() == NodeRole.MANAGER) {
          demoted.add(node.id());
        }
      }
    }
    if (!removed.isEmpty() || !demoted.isEmpty()) {
      transport.disconnect(
          peer ->
              removed.contains(peer.nodeId())
                  || (peer.role() == NodeRole.MANAGER && demoted.contains(peer.nodeId())));
    }
  }

  @Override
  public boolean onRestore(ReadView state) {
    transport.disconnect(
        peer -> {
          try {
            return judge(peer).role() != peer.role();
          } catch (PermissionDeniedException e) {
            return true;
          }
        });
    return true;
  }

  @Override
  public void close() {
    watch.close();
    credentials.judge(peer -> peer);
  }
}
