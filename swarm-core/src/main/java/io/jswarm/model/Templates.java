// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

import io.jswarm.InvalidSpecException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Expands the templates of a container (S1.8): values of environment variables, host name, sources
 * and targets of mounts, labels and driver options of volumes. Done on the node, when a task's
 * controller is made.
 *
 * <p>Thread-safety: stateless.
 */
public final class Templates {
  private final TemplateText text;
  private final Violations found = new Violations();

  private Templates(TemplateText text) {
    this.text = text;
  }

  /**
   * The container with every template replaced; the same instance if it has none.
   *
   * @throws InvalidSpecException naming every field whose template is malformed or refers to
   *     something unknown
   */
  public static ContainerSpec expand(ContainerSpec container, TemplateContext context) {
    return new Templates(new TemplateText(context)).expand(container);
  }

  private ContainerSpec expand(ContainerSpec container) {
    ContainerSpec.Builder expanded = container.toBuilder();
    List<String> env = new ArrayList<>();
    for (int i = 0; i < container.env().size(); i++) {
      env.add(expandEnv("env[" + i + "]", container.env().get(i)));
    }
    List<Mount> mounts = new ArrayList<>();
    for (int i = 0; i < container.mounts().size(); i++) {
      mounts.add(expandMount("mounts[" + i + "]", container.mounts().get(i)));
    }
    expanded.env(env).mounts(mounts).hostname(expandText("hostname", container.hostname()));
    if (!found.list().isEmpty()) {
      throw new InvalidSpecException("container", found.list());
    }
    ContainerSpec result = expanded.build();
    return result.equals(container) ? container : result;
  }

  private String expandEnv(String path, String entry) {
    int at = entry.indexOf('=');
    return at < 0 ? entry : entry.substring(0, at + 1) + expandText(path, entry.substring(at + 1));
  }

  private Mount expandMount(String path, Mount mount) {
    return new Mount(
        mount.type(),
        expandText(path + ".source", mount.source()),
        expandText(path + ".target", mount.target()),
        mount.readOnly(),
        mount.consistency(),
        mount.bind(),
        expandVolume(path + ".volume", mount.volume()),
        mount.tmpfs());
  }

  private Mount.@Nullable VolumeOptions expandVolume(
      String path, Mount.@Nullable VolumeOptions volume) {
    if (volume == null) {
      return null;
    }
    Driver driver = volume.driver();
    return new Mount.VolumeOptions(
        volume.noCopy(),
        expandValues(path + ".labels", volume.labels()),
        driver == null
            ? null
            : new Driver(driver.name(), expandValues(path + ".driver.options", driver.options())),
        volume.subpath());
  }

  private Map<String, String> expandValues(String path, Map<String, String> values) {
    Map<String, String> expanded = new TreeMap<>();
    values.forEach((key, value) -> expanded.put(key, expandText(path + "[" + key + "]", value)));
    return expanded;
  }

  private String expandText(String path, String value) {
    try {
      return text.expand(value);
    } catch (IllegalArgumentException e) {
      found.add(path, String.valueOf(e.getMessage()));
      return value;
    }
  }
}
