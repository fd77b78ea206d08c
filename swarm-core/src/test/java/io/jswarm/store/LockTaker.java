// SPDX-License-Identifier: Apache-2.0
package io.jswarm.store;

import java.util.concurrent.locks.ReentrantLock;

/** Does what the store may not, so that a test can see it caught. */
public class LockTaker {
  /** The other way to lock. */
  public synchronized ReentrantLock lock() {
    return new ReentrantLock();
  }
}
