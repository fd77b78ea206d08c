// SPDX-License-Identifier: Apache-2.0
package io.jswarm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jswarm.api.Filter;
import io.jswarm.model.ContainerStatus;
import io.jswarm.model.NodeAvailability;
import io.jswarm.model.ServiceSpec;
import io.jswarm.model.ServiceSpecBuilder;
import io.jswarm.model.Task;
import io.jswarm.model.TaskState;
import io.jswarm.store.Commit;
import io.jswarm.store.ReadView;
import io.jswarm.store.Watch;
import io.jswarm.store.WatchListener;
import io.jswarm.testing.Leftovers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Nodes as users start them: real threads, real processes, and nothing left of them. */
@Timeout(120)
class SwarmNodeTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Leftovers leftovers = new Leftovers();
  private SwarmNode manager;
  @TempDir Path dir;

  @BeforeEach
  void startManager() {
    manager =
        SwarmNode.builder()
            .asManager()
            .name("manager")
            .availability(NodeAvailability.DRAIN)
            .start();
  }

  @AfterEach
  void nothingIsLeft() throws InterruptedException {
    List<ProcessHandle> processes = processes(tasks(manager.store().view()));
    manager.close();
    leftovers.assertNone();
    assertThat(processes.stream().filter(ProcessHandle::isAlive)).as("processes").isEmpty();
  }

  private SwarmNode.Builder worker(String name) {
    return SwarmNode.builder().asWorker().join(manager).name(name);
  }

  private static ServiceSpecBuilder sleepers(long replicas) {
    return ServiceSpec.replicated("sleepers", replicas)
        .image("none")
        .command("sleep", "600")
        .stopGracePeriod(Duration.ofSeconds(5))
        .restart(restart -> restart.delay(Duration.ofMillis(100)));
  }

  private void converge() {
    manager.swarm().services().awaitConverged("sleepers", PATIENCE).await(PATIENCE.multipliedBy(2));
  }

  private List<Task> running() {
    return tasks(manager.store().view()).stream().filter(SwarmNodeTest::runs).toList();
  }

  private static boolean runs(Task task) {
    return task.state() == TaskState.RUNNING && task.desiredState() == TaskState.RUNNING;
  }

  private static List<Task> tasks(ReadView view) {
    return StreamSupport.stream(view.tasks().spliterator(), false).toList();
  }

  private static long pid(Task task) {
    ContainerStatus container = Objects.requireNonNull(task.status().container());
    return container.pid();
  }

  private static List<ProcessHandle> processes(List<Task> tasks) {
    return tasks.stream()
        .filter(task -> task.status().container() != null)
        .flatMap(task -> ProcessHandle.of(pid(task)).stream())
        .toList();
  }

  private void await(Predicate<ReadView> condition) throws Exception {
    CompletableFuture<Boolean> done = new CompletableFuture<>();
    WatchListener listener =
        new WatchListener() {
          @Override
          public void onStart(ReadView state) {
            look(state);
          }

          @Override
          public void onCommit(Commit commit, ReadView state) {
            look(state);
          }

          private void look(ReadView state) {
            if (condition.test(state)) {
              done.complete(true);
            }
          }
        };
    try (Watch watch = manager.store().watch(Runnable::run, Integer.MAX_VALUE, listener)) {
      assertThat(watch.initial()).isNotNull();
      done.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }
  }

  @Test
  void tasksRunAreHealedMoveAndGo() throws Exception {
    try (SwarmNode w1 = worker("w1").start();
        SwarmNode w2 = worker("w2").start()) {
      manager.swarm().services().create(sleepers(3).build()).await();
      converge();
      assertThat(processes(running())).hasSize(3).allMatch(ProcessHandle::isAlive);
      assertThat(running()).extracting(Task::nodeId).contains(w1.id(), w2.id());

      Task killed = running().get(0);
      ProcessHandle.of(pid(killed)).orElseThrow().destroyForcibly();
      await(view -> view.task(killed.id()).filter(SwarmNodeTest::runs).isEmpty());
      converge();
      assertThat(running()).hasSize(3).extracting(Task::id).doesNotContain(killed.id());
      assertThat(processes(running())).hasSize(3).allMatch(ProcessHandle::isAlive);

      manager.swarm().nodes().drain("w1").await();
      converge();
      assertThat(running()).hasSize(3).extracting(Task::nodeId).containsOnly(w2.id());

      List<ProcessHandle> last = processes(running());
      manager.swarm().services().remove("sleepers").await();
      await(view -> tasks(view).isEmpty());
      assertThat(last).noneMatch(ProcessHandle::isAlive);
    }
  }

  @Test
  void closingStopsWhatRuns() {
    List<ProcessHandle> processes;
    try (SwarmNode worker = worker("w1").start()) {
      manager.swarm().services().create(sleepers(2).build()).await();
      converge();
      processes = processes(running());
      assertThat(worker.isManager()).isFalse();
    }

    assertThat(processes).hasSize(2).noneMatch(ProcessHandle::isAlive);
  }

  @Test
  void aDetachedNodesTasksRunOnAndAreFoundAgain() {
    SwarmNode first = worker("w1").dataDir(dir).start();
    manager.swarm().services().create(sleepers(2).build()).await();
    converge();
    List<Task> before = running();

    // Cut off first: else its manager would notice, and replace the tasks.
    manager.faults().isolate(first.id());
    first.detach();
    assertThat(processes(before)).hasSize(2).allMatch(ProcessHandle::isAlive);
    manager.faults().healAll();

    try (SwarmNode second = worker("w1").dataDir(dir).start()) {
      converge();
      assertThat(second.id()).isEqualTo(first.id());
      assertThat(running())
          .extracting(Task::id)
          .containsExactlyElementsOf(before.stream().map(Task::id).toList());
      assertThat(processes(running()))
          .containsExactlyElementsOf(processes(before))
          .allMatch(ProcessHandle::isAlive);
    }
    assertThat(processes(before)).isEmpty();
  }

  @Test
  void aDirectoryBelongsToOneNode() {
    try (SwarmNode first = worker("w1").dataDir(dir).start()) {
      assertThatThrownBy(() -> worker("w2").dataDir(dir).start())
          .isInstanceOf(FailedPreconditionException.class)
          .hasMessageContaining("in use by another node");
      assertThat(manager.swarm().nodes().list(Filter.all()).await())
          .extracting(node -> node.id())
          .containsExactlyInAnyOrder(manager.id(), first.id());
    }
  }

  @Test
  void aCommandThatDoesNotExistIsSaid() throws Exception {
    try (SwarmNode worker = worker("w1").start()) {
      ServiceSpec spec = sleepers(1).command("no-such-command").build();
      manager.swarm().services().create(spec).await();

      await(
          view ->
              tasks(view).stream()
                  .anyMatch(task -> task.status().error().contains("no-such-command")));
      assertThat(worker.id()).isNotEmpty();
    }
  }
}
