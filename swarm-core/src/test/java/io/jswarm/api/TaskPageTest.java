// SPDX-License-Identifier: Apache-2.0
package io.jswarm.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.jswarm.InvalidSpecException;
import io.jswarm.model.ServiceSpec;
import io.jswarm.model.Task;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TaskPageTest extends ApiTest {
  @BeforeEach
  void twoServices() {
    worker("a");
    worker("b");
    for (String name : List.of("web", "api")) {
      swarm.services().create(ServiceSpec.replicated(name, 12).image("i").build()).await();
    }
    world.settle();
  }

  private List<Task> pages(Filter filter, int limit) {
    List<Task> all = new ArrayList<>();
    List<Task> page;
    do {
      String after = all.isEmpty() ? "" : all.get(all.size() - 1).id();
      page = swarm.tasks().page(filter, after, limit).await();
      assertThat(page).hasSizeLessThanOrEqualTo(limit);
      all.addAll(page);
    } while (page.size() == limit);
    return all;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 5, 12, 24, 1_000})
  void pagesHoldEachTaskOnceInTheOrderOfIds(int limit) {
    for (Filter filter :
        List.of(
            Filter.all(),
            Filter.all().service("web"),
            Filter.all().node("a"),
            Filter.all().service("web").node("b"))) {
      List<Task> expected = new ArrayList<>(swarm.tasks().list(filter).await());
      expected.sort((x, y) -> x.id().compareTo(y.id()));

      assertThat(pages(filter, limit)).as("%s", filter).isEqualTo(expected).isNotEmpty();
    }
  }

  @Test
  void aTaskThatGoesInBetweenMovesNoOther() {
    List<Task> before = pages(Filter.all(), 1_000);
    List<Task> first = swarm.tasks().page(Filter.all(), "", 6).await();

    swarm.services().remove("api").await();
    world.runFor(MINUTE);

    List<Task> rest = swarm.tasks().page(Filter.all(), first.get(5).id(), 1_000).await();
    assertThat(rest)
        .extracting(Task::id)
        .containsExactlyElementsOf(
            before.subList(6, before.size()).stream()
                .filter(task -> task.serviceName().equals("web"))
                .map(Task::id)
                .toList());
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0, 10_001})
  void aPageOfAnotherSizeIsRefused(int limit) {
    assertThat(failure(swarm.tasks().page(Filter.all(), "", limit)))
        .isInstanceOf(InvalidSpecException.class)
        .hasMessageContaining("from 1 to 10000, not " + limit);
  }
}
