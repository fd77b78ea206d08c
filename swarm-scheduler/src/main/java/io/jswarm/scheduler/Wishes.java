// SPDX-License-Identifier: Apache-2.0
package io.jswarm.scheduler;

import io.jswarm.model.LogDriver;
import io.jswarm.model.Task;
import io.jswarm.model.TaskSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What tasks of one spec ask of a node whatever runs on it, and which classes of nodes have it. */
final class Wishes {
  private final TaskSpec spec;
  private final @Nullable LogDriver logDriver;
  private final Optional<Filter> plugins;
  private final Optional<ConstraintFilter> constraints;
  private final Optional<Filter> platforms;
  private final List<SpreadKey> preferences;
  private final List<NodeClass> eligible = new ArrayList<>();
  private long version = -1;

  private Wishes(Task task) {
    spec = task.spec();
    logDriver = task.logDriver();
    plugins = PluginFilter.of(task);
    constraints = ConstraintFilter.of(task);
    platforms = PlatformFilter.of(task);
    preferences = SpreadKey.of(spec.placement());
  }

  static Wishes of(Task task) {
    return new Wishes(task);
  }

  boolean areOf(Task task) {
    return Objects.equals(logDriver, task.logDriver())
        && (spec == task.spec() || spec.equals(task.spec()));
  }

  Optional<Filter> plugins() {
    return plugins;
  }

  Optional<ConstraintFilter> constraints() {
    return constraints;
  }

  Optional<Filter> platforms() {
    return platforms;
  }

  /** The labels to spread over, most important first. */
  List<SpreadKey> preferences() {
    return preferences;
  }

  /** The classes whose nodes have what can be said of a whole class. */
  List<NodeClass> eligible(NodeClasses classes) {
    constraints.ifPresent(filter -> classes.ask(filter.labels()));
    classes.ask(preferences);
    if (version != classes.version()) {
      eligible.clear();
      for (NodeClass each : classes.all()) {
        if (isEligible(each.sample())) {
          eligible.add(each);
        }
      }
      version = classes.version();
    }
    return eligible;
  }

  private boolean isEligible(NodeBooks sample) {
    return sample.node().acceptsTasks()
        && isMet(plugins, sample)
        && isMet(constraints, sample)
        && isMet(platforms, sample);
  }

  private static boolean isMet(Optional<? extends Filter> filter, NodeBooks sample) {
    return filter.isEmpty() || !filter.get().isOfClass() || filter.get().passes(sample);
  }
}
