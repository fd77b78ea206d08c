// SPDX-License-Identifier: Apache-2.0
package io.jswarm.runtime;

import com.sun.management.OperatingSystemMXBean;
import io.jswarm.model.EngineDescription;
import io.jswarm.model.NodeDescription;
import io.jswarm.model.NodeResources;
import io.jswarm.model.Platform;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What this machine says of itself, in the words Docker uses. */
final class HostDescription {
  private HostDescription() {}

  /**
   * Describes the machine; blocks, as names may have to be resolved.
   *
   * @param hostname empty = the machine's
   */
  static NodeDescription read(String hostname, Map<String, String> labels) {
    int cpus = Runtime.getRuntime().availableProcessors();
    long memory =
        ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
    String version = "process (Java " + System.getProperty("java.version") + ")";
    return NodeDescription.of(
            hostname.isEmpty() ? hostname() : hostname,
            platform(System.getProperty("os.name"), System.getProperty("os.arch")),
            NodeResources.of(cpus, memory))
        .withEngine(new EngineDescription(version, labels, List.of()));
  }

  static Platform platform(String os, String architecture) {
    String system = os.toLowerCase(Locale.ROOT);
    String name =
        system.startsWith("mac") ? "darwin" : system.startsWith("windows") ? "windows" : system;
    return new Platform(name, architecture.equals("amd64") ? "x86_64" : architecture);
  }

  private static String hostname() {
    try {
      return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
    } catch (IOException e) {
      try {
        return InetAddress.getLocalHost().getHostName();
      } catch (IOException unresolved) {
        return "localhost";
      }
    }
  }
}
