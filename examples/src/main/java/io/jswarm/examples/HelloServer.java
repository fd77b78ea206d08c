// SPDX-License-Identifier: Apache-2.0
package io.jswarm.examples;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

/**
 * The program that the quick start deploys: a web server that says which task it is. It knows
 * nothing of the cluster; name and slot come from its environment, where the service's spec puts
 * them.
 */
public final class HelloServer {

  private HelloServer() {}

  /** Listens until it is told to stop; {@code PORT} is where, 8080 unless set. */
  public static void main(String[] args) throws IOException {
    int port = Integer.parseInt(variable("PORT", "8080"));
    String answer =
        "hello from %s, slot %s, pid %d%n"
            .formatted(
                variable("TASK_NAME", "nobody"),
                variable("TASK_SLOT", "0"),
                ProcessHandle.current().pid());
    byte[] body = answer.getBytes(StandardCharsets.UTF_8);

    HttpServer server = HttpServer.create(new InetSocketAddress(port), 0);
    server.createContext(
        "/",
        exchange -> {
          exchange.sendResponseHeaders(200, body.length);
          try (var out = exchange.getResponseBody()) {
            out.write(body);
          }
        });
    server.start();
    System.out.println("listening on port " + port);
  }

  private static String variable(String name, String otherwise) {
    return System.getenv().getOrDefault(name, otherwise);
  }
}
