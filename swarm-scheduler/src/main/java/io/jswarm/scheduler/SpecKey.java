// SPDX-License-Identifier: Apache-2.0
package io.jswarm.scheduler;

import io.jswarm.model.Task;

/** A service as of one version of its spec: what is placed together, and fails together. */
record SpecKey(String serviceId, long specVersion) {
  static SpecKey of(Task task) {
    return new SpecKey(task.serviceId(), task.specVersion());
  }
}
