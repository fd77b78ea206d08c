// SPDX-License-Identifier: Apache-2.0
package io.jswarm.benchmarks;

/** Runs the benchmark named by the first argument. */
public final class Main {

  private Main() {}

  public static void main(String[] args) {
    System.out.println("JSwarm benchmarks " + String.join(" ", args));
  }
}
