// SPDX-License-Identifier: Apache-2.0
package io.jswarm.examples;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** Runs the quick start as its main method does, and keeps what it says. */
final class StoryOutput {
  private StoryOutput() {}

  static String of(HelloApp app) {
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(said, true, StandardCharsets.UTF_8);
    try (app;
        QuickStart story = new QuickStart(app, new Narrator(out))) {
      story.run();
    } catch (RuntimeException e) {
      throw new AssertionError("the story broke off:\n" + said.toString(StandardCharsets.UTF_8), e);
    }
    return said.toString(StandardCharsets.UTF_8);
  }
}
