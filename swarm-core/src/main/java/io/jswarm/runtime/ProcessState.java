// SPDX-License-Identifier: Apache-2.0
package io.jswarm.runtime;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.jswarm.model.PortConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/**
 * What is remembered of a prepared task until it is removed.
 *
 * @param ports host ports with real numbers
 */
record ProcessState(String taskId, String nodeId, List<PortConfig> ports) {
  private static final JsonMapper JSON = new JsonMapper();

  ProcessState {
    ports = List.copyOf(ports);
  }

  static ProcessState read(Path file) throws IOException {
    return JSON.readValue(Files.readAllBytes(file), ProcessState.class);
  }

  /** Writes all or nothing. */
  void write(Path file) throws IOException {
    Path draft = file.resolveSibling(file.getFileName() + ".new");
    Files.write(draft, JSON.writeValueAsBytes(this));
    Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }
}
