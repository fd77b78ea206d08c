// SPDX-License-Identifier: Apache-2.0
package io.jswarm.api;

import io.jswarm.model.Service;

/** Where the API gets logs from. */
@FunctionalInterface
public interface LogSource {
  /** Starts reading a service's logs. */
  LogReader open(Service service, LogQuery query);
}
