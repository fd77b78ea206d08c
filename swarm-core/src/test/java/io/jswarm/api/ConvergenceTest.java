// SPDX-License-Identifier: Apache-2.0
package io.jswarm.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.jswarm.FailedPreconditionException;
import io.jswarm.NotFoundException;
import io.jswarm.Reply;
import io.jswarm.UnavailableException;
import io.jswarm.model.RestartCondition;
import io.jswarm.model.ServiceSpecBuilder;
import io.jswarm.model.Task;
import io.jswarm.runtime.SimulatedProgram;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Waiting for a service to be as its spec says. */
class ConvergenceTest extends ApiTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  private Reply<Progress> converging(Duration timeout) {
    return swarm.services().awaitConverged("web", timeout);
  }

  @Test
  void progressIsToldStepByStep() {
    worker("w1", host -> host.prepareTime(SECOND, SECOND.multipliedBy(5)));
    create(web(3));
    List<Progress> steps = new ArrayList<>();

    Progress last =
        swarm.services().awaitConverged("web", MINUTE, steps::add).await(MINUTE.multipliedBy(2));

    assertThat(steps).extracting(Progress::running).contains(0L, 1L, 2L, 3L).isSorted();
    assertThat(steps).doesNotHaveDuplicates().endsWith(last);
    assertThat(steps.get(0).text()).startsWith("web: 0 of 3 tasks running; web.1 is ");
    assertThat(last.text()).isEqualTo("web: 3 of 3 tasks running");
    assertThat(world.elapsed()).isLessThan(Duration.ofSeconds(10));
  }

  @Test
  void whatHasConvergedNeedsNoWait() {
    worker("w1");
    run(web(1));
    Duration before = world.elapsed();

    Progress progress = converge("web");

    assertThat(progress.converged()).isTrue();
    assertThat(world.elapsed()).isEqualTo(before);
  }

  @Test
  void aTimeoutSaysWhatIsMissingAndWhy() {
    create(web(2));

    Throwable error = failure(converging(SECOND.multipliedBy(7)));

    assertThat(error)
        .isInstanceOf(UnavailableException.class)
        .hasMessageContaining("service web has not converged after PT7S")
        .hasMessageContaining("0 of 2 tasks running")
        .hasMessageContaining("web.1 is pending: no suitable node (");
    assertThat(world.elapsed()).isBetween(SECOND.multipliedBy(7), SECOND.multipliedBy(8));
  }

  @Test
  void aPausedUpdateEndsTheWait() {
    worker("w1");
    run(web(2));
    hosts.get("w1").program(SimulatedProgram.exitingAfter(SECOND, 1));
    swarm.services().update("web", spec -> spec.toBuilder().image("app:2").build()).await();

    Throwable error = failure(converging(MINUTE));

    assertThat(error)
        .isInstanceOf(FailedPreconditionException.class)
        .hasMessageContaining("update of service web is paused");
    assertThat(world.elapsed()).isLessThan(MINUTE);
  }

  @Test
  void aRestartPolicyThatIsExhaustedEndsTheWait() {
    worker("w1");
    for (int attempt = 0; attempt < 3; attempt++) {
      hosts.get("w1").failNextStart("no such command", false);
    }
    create(
        web(1)
            .restart(
                restart ->
                    restart.condition(RestartCondition.ON_FAILURE).delay(SECOND).maxAttempts(2)));

    Throwable error = failure(converging(MINUTE));

    assertThat(error)
        .isInstanceOf(FailedPreconditionException.class)
        .hasMessageContaining("web.1.")
        .hasMessageContaining("restart policy")
        .hasMessageContaining("no such command");
    assertThat(world.elapsed()).isLessThan(SECOND.multipliedBy(20));
  }

  @Test
  void aTaskThatMayFailOnceMoreIsWaitedFor() {
    worker("w1");
    hosts.get("w1").failNextStart("out of luck", false);

    Progress progress = converging(web(1));

    assertThat(progress.converged()).isTrue();
  }

  private Progress converging(ServiceSpecBuilder spec) {
    create(spec);
    return converge("web");
  }

  @Test
  void theRemovalOfTheServiceEndsTheWait() {
    create(web(1));
    Reply<Progress> waiting = converging(MINUTE);

    swarm.services().remove("web").await();

    assertThat(failure(waiting))
        .isInstanceOf(NotFoundException.class)
        .hasMessageContaining("service web was removed");
  }

  @Test
  void tasksThatFinishAndStayFinishedAreDone() {
    worker("w1");
    hosts.get("w1").program(SimulatedProgram.exitingAfter(SECOND, 0));
    create(web(2).restart(RestartCondition.ON_FAILURE));

    // It converges while both run, and again when both are finished.
    world.runFor(SECOND.multipliedBy(10));
    Progress progress = converge("web");

    assertThat(progress.converged()).isTrue();
    assertThat(progress.running()).isZero();
  }

  @Test
  void anUpdateThatLeavesItsTasksWhereTheyMayStayConverges() {
    worker("w1");
    run(web(2));
    List<String> before = running("web").stream().map(Task::id).toList();

    swarm
        .services()
        .update("web", spec -> spec.toBuilder().constraint("node.labels.zone == w1").build())
        .await();
    converge("web");

    assertThat(running("web")).extracting(Task::id).containsExactlyElementsOf(before);
  }

  @Test
  void tasksOnTheirWayOutAreWaitedFor() {
    worker("w1");
    hosts.get("w1").program(task -> task.onSignal(signal -> {}));
    run(web(3));
    swarm.services().scale("web", 1).await();
    List<Progress> steps = new ArrayList<>();

    swarm.services().awaitConverged("web", MINUTE, steps::add).await(MINUTE.multipliedBy(2));

    assertThat(steps.get(0).text()).isEqualTo("web: 1 of 1 tasks running, 2 stopping");
    assertThat(hosts.get("w1").running()).hasSize(1);
  }

  @Test
  void aDrainedNodesTasksHaveToMove() {
    worker("w1");
    worker("w2");
    run(web(4));

    swarm.nodes().drain("w1").await();
    converge("web");

    assertThat(hosts.get("w1").running()).isEmpty();
    assertThat(hosts.get("w2").running()).hasSize(4);
  }

  @Test
  void aLostNodesTasksAreNotWaitedFor() {
    worker("w1");
    worker("w2");
    run(web(4));

    loseWorker("w1");
    converge("web");

    assertThat(hosts.get("w2").running()).hasSize(4);
  }

  @Test
  void aListenerThatFailsEndsTheWait() {
    create(web(1));

    Reply<Progress> waiting =
        swarm
            .services()
            .awaitConverged(
                "web",
                MINUTE,
                progress -> {
                  throw new IllegalStateException("the listener is broken");
                });

    assertThat(failure(waiting)).hasMessage("the listener is broken");
  }

  @Test
  void theEndOfTheManagerEndsEveryWait() {
    create(web(1));
    Reply<Progress> waiting = converging(MINUTE);

    manager.close();

    assertThat(failure(waiting))
        .isInstanceOf(UnavailableException.class)
        .hasMessageContaining("closed");
    assertThat(failure(swarm.services().scale("web", 2))).isInstanceOf(UnavailableException.class);
    assertThat(failure(swarm.services().inspect("web"))).isInstanceOf(UnavailableException.class);
  }
}
