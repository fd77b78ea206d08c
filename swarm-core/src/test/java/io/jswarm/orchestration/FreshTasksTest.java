// SPDX-License-Identifier: Apache-2.0
package io.jswarm.orchestration;

import static org.assertj.core.api.Assertions.assertThat;

import io.jswarm.model.ServiceSpec;
import io.jswarm.model.Task;
import io.jswarm.model.TaskState;
import io.jswarm.model.TaskStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FreshTasksTest {
  private final FreshTasks fresh = new FreshTasks();

  private static Task task(String service, int number) {
    return Task.builder(
            service + number,
            ServiceSpec.replicated("s", 1).image("i").build().task(),
            TaskStatus.of(TaskState.PENDING, Instant.EPOCH, ""),
            TaskState.RUNNING)
        .serviceId(service)
        .build();
  }

  private List<String> drain(int most) {
    List<Task> drained = new ArrayList<>();
    fresh.drainTo(drained, most);
    return drained.stream().map(Task::id).toList();
  }

  @Test
  void s7_4_tasksOfAServiceComeTogetherHoweverTheyWerePut() {
    for (int i = 1; i <= 3; i++) {
      fresh.put(task("a", i));
      fresh.put(task("b", i));
    }

    assertThat(drain(10)).containsExactly("a1", "a2", "a3", "b1", "b2", "b3");
    assertThat(fresh.isEmpty()).isTrue();
    assertThat(drain(10)).isEmpty();
  }

  @Test
  void aLargeServiceLetsTheOthersGoFirstOnceItHadItsTurn() {
    for (int i = 1; i <= 5; i++) {
      fresh.put(task("a", i));
    }
    fresh.put(task("b", 1));

    assertThat(drain(2)).containsExactly("a1", "a2");
    assertThat(drain(2)).containsExactly("b1", "a3");
    assertThat(drain(2)).containsExactly("a4", "a5");
  }

  @Test
  void whatIsForgottenDoesNotComeOut() {
    fresh.put(task("a", 1));
    fresh.put(task("b", 1));
    fresh.remove(task("a", 1));
    fresh.remove(task("c", 1));

    assertThat(drain(10)).containsExactly("b1");
  }
}
