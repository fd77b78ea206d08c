// SPDX-License-Identifier: Apache-2.0
package io.jswarm.orchestration;

import static org.assertj.core.api.Assertions.assertThat;

import io.jswarm.loop.RandomSource;
import io.jswarm.model.FailureAction;
import io.jswarm.model.Node;
import io.jswarm.model.NodeAvailability;
import io.jswarm.model.NodeState;
import io.jswarm.model.Placement;
import io.jswarm.model.PortConfig;
import io.jswarm.model.Service;
import io.jswarm.model.ServiceMode;
import io.jswarm.model.ServiceSpec;
import io.jswarm.model.Task;
import io.jswarm.model.TaskState;
import io.jswarm.model.UpdateOrder;
import io.jswarm.model.UpdateState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Users, nodes, tasks and leadership do what they like for ten minutes; then everything is healthy
 * again and has to come to rest as the specs say. {@code -Dswarm.seeds=1000} runs more seeds,
 * {@code -Dswarm.seed=17} only that one.
 */
@Tag("sim")
class OrchestrationSimTest {
  private static final List<String> NODES = List.of("a", "b", "c", "d", "e");

  static LongStream seeds() {
    Long seed = Long.getLong("swarm.seed");
    return seed != null
        ? LongStream.of(seed)
        : LongStream.range(0, Long.getLong("swarm.seeds", 30));
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void convergesAfterTenMinutesOfTrouble(long seed) {
    Cluster cluster = new Cluster(seed);
    try {
      cluster.trouble();
      cluster.heal();
      cluster.expectRest();
    } catch (RuntimeException | AssertionError e) {
      throw new AssertionError(
          e + "\nreplay with -Dswarm.seed=" + seed + "\n" + cluster.story() + "\n" + e, e);
    }
  }

  @Test
  void theSameSeedTellsTheSameStory() {
    Cluster first = new Cluster(7);
    Cluster second = new Cluster(7);

    first.trouble();
    second.trouble();

    assertThat(first.story()).isEqualTo(second.story()).contains("FAILED");
  }

  private static final class Cluster extends ClusterTest {
    private final RandomSource random;
    private final List<String> services = new ArrayList<>();
    private int created;
    private boolean leading = true;

    Cluster(long seed) {
      super(seed);
      random = RandomSource.seeded(seed);
      image("good", Behaviour.GOOD);
      image("slow", Behaviour.GOOD.startsIn(Duration.ofSeconds(4)).stopsIn(Duration.ofSeconds(7)));
      image("stubborn", Behaviour.GOOD.stopsIn(Duration.ofSeconds(90)));
      image("crashing", Behaviour.GOOD.failsAfter(Duration.ofSeconds(3)));
      image("broken", Behaviour.GOOD.cannotBePrepared());
      nodes(NODES.toArray(String[]::new));
    }

    void trouble() {
      while (world.elapsed().compareTo(Duration.ofMinutes(10)) < 0) {
        int what = random.nextInt(20);
        if (leading || what == 16) {
          act(what);
        }
        pass(Duration.ofMillis(random.nextInt(12_000)));
      }
    }

    private void act(int what) {
      switch (what) {
        case 0, 1 -> createOne();
        case 2, 3, 4 -> scaleOne();
        case 5, 6, 7 -> updateOne();
        case 8 -> removeOne();
        case 9, 10 -> flip(node());
        case 11, 12 -> availability(node(), oneOf(NodeAvailability.values()));
        case 13, 14, 15 -> failOne();
        case 16, 17 -> switchLeadership();
        default -> label(node(), "zone", oneOf("east", "west"));
      }
    }

    private void createOne() {
      if (services.size() > 5) {
        return;
      }
      String name = "s" + created++;
      services.add(name);
      UpdateOrder order = oneOf(UpdateOrder.values());
      FailureAction action = oneOf(FailureAction.values());
      create(
          ServiceSpec.replicated(name, random.nextInt(8))
              .image(oneOf("good", "slow", "stubborn"))
              .publish(random.nextInt(2) * 8080, 80)
              .update(
                  u ->
                      u.order(order)
                          .parallelism(random.nextInt(3))
                          .delay(Duration.ofSeconds(random.nextInt(5)))
                          .failureAction(action))
              .rollback(u -> u.order(order)));
    }

    private void scaleOne() {
      if (!services.isEmpty()) {
        scale(service(), random.nextInt(9));
      }
    }

    private void updateOne() {
      if (!services.isEmpty()) {
        String image = oneOf("good", "slow", "stubborn", "crashing", "broken");
        String zone = oneOf("node.labels.zone == east", "node.labels.zone != east");
        boolean constrain = random.nextInt(4) == 0;
        update(
            service(),
            spec -> {
              spec.image(image);
              if (constrain) {
                spec.task(task -> task.placement(Placement.ANYWHERE).constraint(zone));
              }
            });
      }
    }

    private void removeOne() {
      if (!services.isEmpty()) {
        remove(services.remove(random.nextInt(services.size())));
      }
    }

    private void flip(String name) {
      if (view().node(name).orElseThrow().status().state() == NodeState.DOWN) {
        nodeReturns(name);
      } else {
        nodeDies(name);
      }
    }

    private void failOne() {
      List<Task> running =
          tasks().stream().filter(task -> task.state() == TaskState.RUNNING).toList();
      if (!running.isEmpty()) {
        fail(running.get(random.nextInt(running.size())));
      }
    }

    private void switchLeadership() {
      leading = !leading;
      if (leading) {
        lead();
      } else {
        loseLeadership();
      }
    }

    void heal() {
      if (!leading) {
        switchLeadership();
      }
      for (String name : NODES) {
        Node node = view().node(name).orElseThrow();
        if (node.status().state() == NodeState.DOWN) {
          nodeReturns(name);
        }
        availability(name, NodeAvailability.ACTIVE);
        label(name, "zone", NODES.indexOf(name) % 2 == 0 ? "east" : "west");
      }
      services.stream().filter(this::needsTheUser).forEach(this::repair);
      pass(Duration.ofMinutes(30));
    }

    private boolean needsTheUser(String name) {
      String image = service(name).spec().task().container().orElseThrow().image();
      return List.of("crashing", "broken").contains(image)
          || service(name).endpoint().ports().isEmpty()
          || !service(name).endpoint().spec().equals(service(name).spec().endpoint())
          || updateState(name).orElse(UpdateState.COMPLETED).name().endsWith("PAUSED");
    }

    private void repair(String name) {
      update(name, spec -> spec.image("good").ports(List.of(PortConfig.ingress(0, 80))));
    }

    void expectRest() {
      assertThat(trace.violations()).isEmpty();
      for (String name : services) {
        Service service = service(name);
        long replicas = ((ServiceMode.Replicated) service.spec().mode()).replicas();
        List<Task> live = live(name);
        assertThat(live).as("live tasks of " + name).hasSize((int) replicas);
        assertThat(live).allMatch(task -> task.state() == TaskState.RUNNING);
        assertThat(slots(live)).doesNotHaveDuplicates();
        DirtyTest test = new DirtyTest(service);
        assertThat(live).noneMatch(task -> test.isDirty(view(), task));
        assertThat(updateState(name).map(Enum::name).orElse("COMPLETED")).endsWith("COMPLETED");
      }
      assertThat(tasks())
          .allMatch(task -> DesiredState.isLive(task) || task.state().isTerminal())
          .noneMatch(task -> task.desiredState() == TaskState.REMOVE)
          .allMatch(task -> services.contains(task.serviceName()));
      List<Task> before = tasks();
      changeLeader();
      pass(Duration.ofMinutes(5));
      assertThat(tasks()).isEqualTo(before);
    }

    private String node() {
      return oneOf(NODES.toArray(String[]::new));
    }

    private String service() {
      return oneOf(services.toArray(String[]::new));
    }

    @SafeVarargs
    private <T> T oneOf(T... choices) {
      return choices[random.nextInt(choices.length)];
    }
  }
}
