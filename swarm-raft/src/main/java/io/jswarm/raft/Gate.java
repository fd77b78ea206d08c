// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;

/** Holds tasks back until whoever they are for has been built. Thread-safe; keeps their order. */
final class Gate implements Executor {
  private final Executor behind;
  private final List<Runnable> held = new ArrayList<>();
  private boolean open;

  Gate(Executor behind) {
    this.behind = behind;
  }

  @Override
  public synchronized void execute(Runnable task) {
    if (open) {
      behind.execute(task);
    } else {
      held.add(task);
    }
  }

  synchronized void open() {
    open = true;
    held.forEach(behind::execute);
    held.clear();
  }
}
