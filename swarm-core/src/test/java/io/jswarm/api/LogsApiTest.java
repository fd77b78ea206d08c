// SPDX-License-Identifier: Apache-2.0
package io.jswarm.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.jswarm.SwarmNode;
import io.jswarm.runtime.SimulatedTask;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Logs of services (S12.8). */
class LogsApiTest extends ApiTest {
  private final List<String> lines = new ArrayList<>();
  private final LogQuery all = LogQuery.all(line -> lines.add(line.line().text()));
  private final LogQuery follow = LogQuery.follow(line -> lines.add(line.line().text()));

  private SwarmNode printer(String name) {
    SwarmNode node = worker(name);
    hosts.get(name).program(LogsApiTest::greet);
    return node;
  }

  private static void greet(SimulatedTask task) {
    task.print("hello from slot " + task.assignment().task().slot());
  }

  @Test
  void outputOfAllTasksIsReadToItsEnd() {
    printer("w1");
    printer("w2");
    run(web(2));

    String incomplete = swarm.services().logs("web", all).done().await();

    assertThat(incomplete).isEmpty();
    assertThat(lines).containsExactlyInAnyOrder("hello from slot 1", "hello from slot 2");
  }

  @Test
  void c12_10_whatCannotBeReadIsNamedAtTheEnd() {
    printer("w1");
    printer("w2");
    SwarmNode lost = printer("w3");
    run(web(3).reserve(0, 10L << 30)); // one for each node, and no room for a fourth
    loseWorker("w3");

    String incomplete = swarm.services().logs("web", all).done().await();

    assertThat(lines).hasSize(2).allMatch(line -> line.startsWith("hello from slot"));
    assertThat(incomplete).contains("incomplete").contains("node " + lost.id());
  }

  @Test
  void c12_11_aFollowerHearsOfNewTasks() {
    printer("w1");
    run(web(1));
    LogReader reader = swarm.services().logs("web", follow);
    world.runFor(Duration.ofSeconds(1));

    swarm.services().scale("web", 2).await();
    converge("web");
    world.runFor(Duration.ofSeconds(1));

    assertThat(lines).containsExactly("hello from slot 1", "hello from slot 2");
    assertThat(reader.done()).isNotDone();
    reader.close();
    world.settle();
    assertThat(reader.done()).isCompletedWithValue("");
  }

  @Test
  void theEndOfTheManagerEndsTheReading() {
    printer("w1");
    run(web(1));
    LogReader reader = swarm.services().logs("web", follow);

    manager.close();

    assertThat(reader.done()).isDone();
  }
}
