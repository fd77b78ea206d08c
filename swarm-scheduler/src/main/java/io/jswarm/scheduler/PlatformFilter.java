// SPDX-License-Identifier: Apache-2.0
package io.jswarm.scheduler;

import io.jswarm.model.Platform;
import io.jswarm.model.Task;
import java.util.List;
import java.util.Optional;

/** The node is one of the platforms the task can run on. */
final class PlatformFilter implements Filter {
  private final List<Platform> platforms;

  private PlatformFilter(List<Platform> platforms) {
    this.platforms = platforms;
  }

  static Optional<Filter> of(Task task) {
    List<Platform> platforms = task.spec().placement().platforms();
    return platforms.isEmpty()
        ? Optional.empty()
        : Optional.of(new PlatformFilter(platforms.stream().map(PlatformFilter::normal).toList()));
  }

  /** The engine and image builders have two names for each of these (S7.3). */
  private static Platform normal(Platform platform) {
    switch (platform.architecture()) {
      case "x86_64":
        return new Platform(platform.os(), "amd64");
      case "aarch64":
        return new Platform(platform.os(), "arm64");
      default:
        return platform;
    }
  }

  @Override
  public String name() {
    return "platform";
  }

  @Override
  public boolean passes(NodeBooks node) {
    Platform reported = node.node().description().platform();
    if (reported.equals(Platform.ANY)) {
      return false; // it never said what it is
    }
    Platform actual = normal(reported);
    for (Platform wanted : platforms) {
      if (matches(wanted.os(), actual.os())
          && matches(wanted.architecture(), actual.architecture())) {
        return true;
      }
    }
    return false;
  }

  private static boolean matches(String wanted, String actual) {
    return wanted.isEmpty() || wanted.equals(actual);
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
    return "unsupported platform on " + Filter.count(nodes);
  }
}
