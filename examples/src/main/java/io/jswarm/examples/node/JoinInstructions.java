// SPDX-License-Identifier: Apache-2.0
package io.jswarm.examples.node;

import io.jswarm.SwarmNode;
import io.jswarm.model.ManagerStatus;
import io.jswarm.model.NodeRole;
import java.io.PrintWriter;
import java.util.Locale;

/** Tells how other nodes join a manager's cluster. */
final class JoinInstructions {
  private final SwarmNode manager;

  JoinInstructions(SwarmNode manager) {
    this.manager = manager;
  }

  void print(NodeRole role, PrintWriter out) {
    String token = manager.swarm().joinToken(role).await();
    out.println(
        "To add a "
            + role.name().toLowerCase(Locale.ROOT)
            + " to this swarm, run the following command:");
    out.println();
    out.println("    " + program() + " join --token " + token + " " + address());
  }

  /** How this program was called. */
  private static String program() {
    String classPath = System.getProperty("java.class.path", "");
    return classPath.endsWith(".jar") && !classPath.contains(System.getProperty("path.separator"))
        ? "java -jar " + classPath
        : "jswarm-node";
  }

  private String address() {
    ManagerStatus status = manager.swarm().nodes().inspect(manager.id()).await().managerStatus();
    return status == null ? "HOST:PORT" : status.addr();
  }
}
