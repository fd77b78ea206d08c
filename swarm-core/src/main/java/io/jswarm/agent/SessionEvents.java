// SPDX-License-Identifier: Apache-2.0
package io.jswarm.agent;

import io.jswarm.dispatch.ManagerMessage;
import io.jswarm.model.Node;
import java.time.Duration;
import java.util.List;

/** What a session tells the agent, on its loop. */
interface SessionEvents {
  /** There is a session. */
  void onSession(Node node);

  /** The leader says that the node is not part of the cluster. */
  void onRemoved();

  /** There is none any more. */
  void onSessionLost();

  /** These are the managers now. */
  void onManagers(List<String> addresses);

  /** A heartbeat went out; the next one follows after {@code period}. */
  void onBeat(Duration period);

  /** The leader said something that is not about the session itself. */
  void onMessage(ManagerMessage message);
}
