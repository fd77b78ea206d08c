// SPDX-License-Identifier: Apache-2.0
package io.jswarm.membership;

import io.jswarm.control.Component;
import io.jswarm.loop.EventLoop;
import io.jswarm.model.Kind;
import io.jswarm.model.ManagerStatus;
import io.jswarm.model.Node;
import io.jswarm.model.NodeRole;
import io.jswarm.model.Reachability;
import io.jswarm.spi.ManagerGroup;
import io.jswarm.store.Commit;
import io.jswarm.store.ReadView;
import io.jswarm.store.Store;
import io.jswarm.store.StoreEvent;
import io.jswarm.store.Tx;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps what the store says of managers true to the log, and the log true to what is wanted of
 * nodes (S10.5, S11.4): a manager that is to be a worker, or whose node is gone, is taken out of
 * the log first and becomes a worker then. A worker that is to be a manager gets the role at once;
 * its node learns of it, and asks to take part in the log.
 */
public final class ManagerRoster implements Component {
  private static final Logger LOG = LoggerFactory.getLogger(ManagerRoster.class);

  /** How often the log is asked who can be reached. */
  private static final Duration LOOK = Duration.ofSeconds(1);

  private static final Duration REMOVE_AGAIN = Duration.ofSeconds(5);

  private final EventLoop loop;
  private final Store store;
  private final Managers managers;
  private boolean due;
  private boolean removing;
  private EventLoop.@Nullable Timer timer;

  /**
   * @param loop the control loop's
   * @param store the one the control loop writes to
   */
  public ManagerRoster(EventLoop loop, Store store, Managers managers) {
    this.loop = loop;
    this.store = store;
    this.managers = managers;
  }

  @Override
  public String name() {
    return "manager-roster";
  }

  @Override
  public void start(Tx tx) {
    look();
  }

  @Override
  public void stop() {
    due = false;
    removing = false;
    if (timer != null) {
      timer.cancel();
      timer = null;
    }
  }

  private void look() {
    due = true;
    timer = loop.schedule(LOOK, this::look);
    removeUnwanted(store.view());
  }

  @Override
  public void onEvent(StoreEvent event) {
    due |= event.kind() == Kind.NODE;
  }

  @Override
  public void reconcile(Tx tx) {
    if (!due || managers.group().isEmpty()) {
      return;
    }
    due = false;
    Map<String, ManagerGroup.Member> members = new TreeMap<>();
    managers.members().forEach(member -> members.put(member.manager().nodeId(), member));
    for (Node node : tx.nodes()) {
      ManagerGroup.Member member = members.get(node.id());
      Node described =
          withRole(node, member != null).withManagerStatus(member == null ? null : status(member));
      if (!described.equals(node)) {
        tx.update(described);
      }
    }
  }

  @Override
  public void onCommit(Commit commit) {
    if (commit.events().stream().anyMatch(event -> event.kind() == Kind.NODE)) {
      removeUnwanted(store.view());
    }
  }

  /** Of what is durable: nobody is taken out by a decision that may yet be lost. */
  private void removeUnwanted(ReadView durable) {
    if (durable.cluster().isEmpty()) {
      return; // before it is initialised its first manager has no node yet
    }
    for (ManagerGroup.Member member : managers.members()) {
      if (durable.node(member.manager().nodeId()).map(ManagerRoster::isDemoted).orElse(true)) {
        remove(member);
      }
    }
  }

  private static Node withRole(Node node, boolean isMember) {
    if (isDemoted(node)) {
      return isMember ? node : node.withRole(NodeRole.WORKER);
    }
    return node.withRole(node.spec().desiredRole());
  }

  private static boolean isDemoted(Node node) {
    return node.spec().desiredRole() == NodeRole.WORKER && node.role() == NodeRole.MANAGER;
  }

  private static ManagerStatus status(ManagerGroup.Member member) {
    return new ManagerStatus(
        member.manager().id(),
        member.manager().address(),
        member.leader(),
        member.reachable() ? Reachability.REACHABLE : Reachability.UNREACHABLE);
  }

  /** One at a time; if it cannot be done now it is tried again. */
  private void remove(ManagerGroup.Member member) {
    ManagerGroup group = managers.group().orElse(null);
    if (removing || group == null) {
      return;
    }
    removing = true;
    group
        .remove(member.manager().id())
        .whenComplete((done, error) -> loop.execute(() -> removed(member, error)));
  }

  private void removed(ManagerGroup.Member member, @Nullable Throwable error) {
    if (timer == null) {
      return; // stopped meanwhile; who leads now sees to it
    }
    due = true;
    if (error == null) {
      removing = false;
    } else {
      LOG.warn(
          "manager {} cannot be taken out of the log yet: {}",
          member.manager().nodeId(),
          error.getMessage());
      loop.schedule(REMOVE_AGAIN, () -> removing = false);
    }
  }
}
