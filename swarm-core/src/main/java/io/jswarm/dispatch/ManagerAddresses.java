// SPDX-License-Identifier: Apache-2.0
package io.jswarm.dispatch;

import io.jswarm.model.ManagerStatus;
import io.jswarm.model.Node;
import io.jswarm.model.Reachability;
import io.jswarm.store.ReadView;
import io.jswarm.store.StoreEvent;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where the managers are that can be reached, as agents are told (S9.1). Any of them may lead next,
 * and trying one that cannot be reached costs an agent more time than it has. Stateless.
 */
final class ManagerAddresses {
  private ManagerAddresses() {}

  static List<String> of(ReadView view) {
    List<String> addresses = new ArrayList<>();
    for (Node node : view.nodes()) {
      String address = of(node);
      if (!address.isEmpty()) {
        addresses.add(address);
      }
    }
    return addresses;
  }

  /** Whether an event of a node changes them. */
  static boolean changedBy(StoreEvent event) {
    String before = event.old() instanceof Node node ? of(node) : "";
    String after = event instanceof StoreEvent.Deleted ? "" : of((Node) event.object());
    return !before.equals(after);
  }

  private static String of(@Nullable Node node) {
    ManagerStatus status = node == null ? null : node.managerStatus();
    return status == null || status.reachability() == Reachability.UNREACHABLE ? "" : status.addr();
  }
}
