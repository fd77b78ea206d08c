// SPDX-License-Identifier: Apache-2.0
package io.jswarm.scheduler;

import io.jswarm.model.Node;
import io.jswarm.model.Placement;
import io.jswarm.model.PlacementPreference;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A label of nodes or engines; services are spread over its values (S7.6). */
record SpreadKey(boolean ofEngine, String label) {
  private static final String NODE = "node.labels.";
  private static final String ENGINE = "engine.labels.";

  /** The preferences of a placement, most important first; those that name no label are ignored. */
  static List<SpreadKey> of(Placement placement) {
    List<SpreadKey> keys = new ArrayList<>();
    for (PlacementPreference preference : placement.preferences()) {
      String text = preference.spreadDescriptor();
      if (startsWith(text, NODE)) {
        keys.add(new SpreadKey(false, text.substring(NODE.length())));
      } else if (startsWith(text, ENGINE)) {
        keys.add(new SpreadKey(true, text.substring(ENGINE.length())));
      }
    }
    return keys;
  }

  private static boolean startsWith(String text, String prefix) {
    return text.length() > prefix.length()
        && text.regionMatches(true, 0, prefix, 0, prefix.length());
  }

  /** The value on a node; a missing label is a value of its own, the empty one. */
  String value(Node node) {
    Map<String, String> labels =
        ofEngine ? node.description().engine().labels() : node.spec().labels();
    return labels.getOrDefault(label, "");
  }
}
