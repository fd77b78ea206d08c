// SPDX-License-Identifier: Apache-2.0
package io.jswarm.docker;

import static io.jswarm.docker.ContainerRequest.set;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jswarm.TaskRuntimeException;
import io.jswarm.model.ContainerSpec;
import io.jswarm.model.Driver;
import io.jswarm.model.Mount;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The mounts of a container as the engine's API writes them, and the checks of S9.7. Pure. */
final class MountRequest {
  private static final Pattern API_VERSION = Pattern.compile("1\\.(\\d+)");
  private static final Pattern WINDOWS_PATH = Pattern.compile("[A-Za-z]:[\\\\/].*");

  private MountRequest() {}

  static ArrayNode of(ContainerSpec container, ContainerFiles files) {
    ArrayNode mounts = JsonNodeFactory.instance.arrayNode();
    for (Mount mount : container.mounts()) {
      check(mount);
      mounts.add(json(mount));
    }
    for (String directory : files.volumes()) {
      mounts.addObject().put("Type", "volume").put("Target", directory);
    }
    return mounts;
  }

  /**
   * Refuses what an older engine would leave out without a word, such as a subpath, so that the
   * task got the whole volume.
   *
   * @param apiVersion asked for only if a mount has such an option
   */
  static void requireSupport(ContainerSpec container, Supplier<String> apiVersion) {
    for (Mount mount : container.mounts()) {
      int needed = neededMinorVersion(mount);
      if (needed > 0) {
        String version = apiVersion.get();
        if (minorVersion(version) < needed) {
          throw refused(
              mount, "needs Docker Engine API 1." + needed + ", and this engine has " + version);
        }
      }
    }
  }

  private static int neededMinorVersion(Mount mount) {
    Mount.BindOptions bind = mount.bind();
    Mount.VolumeOptions volume = mount.volume();
    Mount.TmpfsOptions tmpfs = mount.tmpfs();
    if (tmpfs != null && !tmpfs.options().isEmpty()) {
      return 46;
    }
    if (volume != null && !volume.subpath().isEmpty()) {
      return 45;
    }
    if (bind != null && (bind.readOnlyNonRecursive() || bind.readOnlyForceRecursive())) {
      return 44;
    }
    return bind != null && bind.createMountpoint() ? 42 : 0;
  }

  private static int minorVersion(String version) {
    Matcher matcher = API_VERSION.matcher(version);
    return matcher.matches() ? Integer.parseInt(matcher.group(1)) : 0;
  }

  private static void check(Mount mount) {
    if (mount.type() != Mount.Type.NPIPE && !isAbsolute(mount.target())) {
      throw refused(mount, "target must be an absolute path");
    }
    switch (mount.type()) {
      case BIND -> {
        if (!isAbsolute(mount.source())) {
          throw refused(mount, "source of a bind mount must be an absolute path");
        }
      }
      case VOLUME -> {
        if (isAbsolute(mount.source())) {
          throw refused(mount, "source of a volume mount must be a volume's name, not a path");
        }
      }
      case TMPFS -> {
        if (!mount.source().isEmpty()) {
          throw refused(mount, "a tmpfs mount has no source");
        }
      }
      case CLUSTER -> throw refused(mount, "cluster volumes cannot be used by this runtime yet");
      case NPIPE -> {}
    }
  }

  private static boolean isAbsolute(String path) {
    return path.startsWith("/") || WINDOWS_PATH.matcher(path).matches();
  }

  private static TaskRuntimeException refused(Mount mount, String why) {
    return new TaskRuntimeException(
        "invalid mount of '" + mount.source() + "' at '" + mount.target() + "': " + why, false);
  }

  private static ObjectNode json(Mount mount) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("Type", lowerCase(mount.type()));
    set(json, "Source", mount.source());
    json.put("Target", mount.target());
    json.put("ReadOnly", mount.readOnly());
    if (mount.consistency() != Mount.Consistency.DEFAULT) {
      json.put("Consistency", lowerCase(mount.consistency()));
    }
    Mount.BindOptions bind = mount.bind();
    if (bind != null) {
      bindOptions(json.putObject("BindOptions"), bind);
    }
    Mount.VolumeOptions volume = mount.volume();
    if (volume != null) {
      volumeOptions(json.putObject("VolumeOptions"), volume);
    }
    Mount.TmpfsOptions tmpfs = mount.tmpfs();
    if (tmpfs != null) {
      tmpfsOptions(json.putObject("TmpfsOptions"), tmpfs);
    }
    return json;
  }

  private static void bindOptions(ObjectNode json, Mount.BindOptions bind) {
    json.put("Propagation", lowerCase(bind.propagation()));
    flag(json, "NonRecursive", bind.nonRecursive());
    flag(json, "CreateMountpoint", bind.createMountpoint());
    flag(json, "ReadOnlyNonRecursive", bind.readOnlyNonRecursive());
    flag(json, "ReadOnlyForceRecursive", bind.readOnlyForceRecursive());
  }

  private static void volumeOptions(ObjectNode json, Mount.VolumeOptions volume) {
    flag(json, "NoCopy", volume.noCopy());
    set(json, "Labels", volume.labels());
    set(json, "Subpath", volume.subpath());
    Driver driver = volume.driver();
    if (driver != null) {
      ObjectNode config = json.putObject("DriverConfig");
      set(config, "Name", driver.name());
      set(config, "Options", driver.options());
    }
  }

  private static void tmpfsOptions(ObjectNode json, Mount.TmpfsOptions tmpfs) {
    set(json, "SizeBytes", tmpfs.sizeBytes());
    set(json, "Mode", tmpfs.mode());
    if (!tmpfs.options().isEmpty()) {
      // [["noexec"], ["uid", "1000"]]
      ArrayNode options = json.putArray("Options");
      for (String option : tmpfs.options().split(",")) {
        ArrayNode words = options.addArray();
        for (String word : option.strip().split("=", 2)) {
          words.add(word);
        }
      }
    }
  }

  private static void flag(ObjectNode json, String field, boolean set) {
    if (set) {
      json.put(field, true);
    }
  }

  private static String lowerCase(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
