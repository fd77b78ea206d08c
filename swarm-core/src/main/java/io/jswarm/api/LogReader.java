// SPDX-License-Identifier: Apache-2.0
package io.jswarm.api;

import io.jswarm.Reply;

/** An open reading of logs. */
public interface LogReader extends AutoCloseable {
  /**
   * Completes at the end of the output. Its text is empty when everything was read, else it names
   * what could not be read and why (S12.8).
   */
  Reply<String> done();

  /** Ends the reading early. */
  @Override
  void close();
}
