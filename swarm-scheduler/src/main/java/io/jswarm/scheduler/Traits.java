// SPDX-License-Identifier: Apache-2.0
package io.jswarm.scheduler;

import io.jswarm.model.EngineDescription.Plugin;
import io.jswarm.model.Node;
import io.jswarm.model.NodeRole;
import io.jswarm.model.Platform;
import java.util.Collection;
import java.util.List;

/**
 * What filters and preferences look at that many nodes have in common. Of labels only those that
 * somebody asked about: else each node with a label of its own would be a class of its own.
 *
 * @param labels values of the labels asked about, in the order in which they were
 */
record Traits(
    boolean acceptsTasks,
    NodeRole role,
    Platform platform,
    List<Plugin> plugins,
    List<String> labels) {
  static Traits of(Node node, Collection<SpreadKey> asked) {
    return new Traits(
        node.acceptsTasks(),
        node.role(),
        node.description().platform(),
        node.description().engine().plugins(),
        asked.stream().map(key -> key.value(node)).toList());
  }
}
