// SPDX-License-Identifier: Apache-2.0
package io.jswarm.examples;

/**
 * Cleans up when the user presses Ctrl-C: tasks are meant to outlive their node, so somebody has to
 * stop them.
 */
final class Interruption implements AutoCloseable {
  private final Thread hook;

  private Interruption(Thread hook) {
    this.hook = hook;
  }

  static Interruption closes(QuickStart story, HelloApp app) {
    Thread hook =
        new Thread(
            () -> {
              story.close();
              app.close();
            },
            "quick-start-interrupted");
    Runtime.getRuntime().addShutdownHook(hook);
    return new Interruption(hook);
  }

  /** The story ended by itself. */
  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // It is running.
    }
  }
}
