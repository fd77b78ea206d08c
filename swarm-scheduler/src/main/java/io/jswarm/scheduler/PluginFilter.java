// SPDX-License-Identifier: Apache-2.0
package io.jswarm.scheduler;

import io.jswarm.model.EngineDescription.Plugin;
import io.jswarm.model.LogDriver;
import io.jswarm.model.Mount;
import io.jswarm.model.Task;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The node's engine has the volume plugins and the log driver the task names. Drivers of networks
 * are not looked at: a task does not carry them.
 */
final class PluginFilter implements Filter {
  private static final String VOLUME = "Volume";
  private static final String LOG = "Log";

  private final List<Plugin> needed;

  private PluginFilter(List<Plugin> needed) {
    this.needed = needed;
  }

  static Optional<Filter> of(Task task) {
    List<Plugin> needed = new ArrayList<>();
    task.spec()
        .container()
        .ifPresent(container -> container.mounts().forEach(mount -> addVolume(needed, mount)));
    LogDriver own = task.spec().logDriver();
    LogDriver driver = own != null ? own : task.logDriver();
    if (driver != null && !driver.name().isEmpty() && !driver.name().equals("none")) {
      needed.add(new Plugin(LOG, driver.name()));
    }
    return needed.isEmpty() ? Optional.empty() : Optional.of(new PluginFilter(needed));
  }

  private static void addVolume(List<Plugin> needed, Mount mount) {
    Mount.VolumeOptions volume = mount.volume();
    if (mount.type() == Mount.Type.VOLUME && volume != null && volume.driver() != null) {
      String name = volume.driver().name();
      if (!name.isEmpty() && !name.equals("local")) {
        needed.add(new Plugin(VOLUME, name));
      }
    }
  }

  @Override
  public String name() {
    return "plugins";
  }

  @Override
  public boolean passes(NodeBooks node) {
    List<Plugin> present = node.node().description().engine().plugins();
    if (present.isEmpty()) {
      return true; // no engine, or one that does not tell
    }
    for (Plugin plugin : needed) {
      if (!has(present, plugin) && !(plugin.type().equals(LOG) && listsNoLogDrivers(present))) {
        return false;
      }
    }
    return true;
  }

  private static boolean has(List<Plugin> present, Plugin plugin) {
    return present.contains(plugin)
        || present.contains(new Plugin(plugin.type(), plugin.name() + ":latest"));
  }

  private static boolean listsNoLogDrivers(List<Plugin> present) {
    return present.stream().noneMatch(plugin -> plugin.type().equals(LOG));
  }

  @Override
  public boolean isUsedUp() {
    return false;
  }

  @Override
  public boolean isOfClass() {
    return true;
  }

  @Override
  public String explain(int nodes) {
    return "missing plugin on " + Filter.count(nodes);
  }
}
