// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

import io.jswarm.loop.EventLoop;

/** Does what the model may not, so that a test can see it caught. */
public interface WallBreaker {
  /** The dependency. */
  EventLoop loop();
}
