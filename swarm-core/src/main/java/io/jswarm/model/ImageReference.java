// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

import java.util.regex.Pattern;

/** The grammar of image references: {@code [host[:port]/]path[:tag][@digest]}. Stateless. */
final class ImageReference {
  private static final String HOST_PART = "[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?";
  private static final String HOST =
      "(?:" + HOST_PART + "(?:\\." + HOST_PART + ")*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?";
  private static final String PATH_PART = "[a-z0-9]+(?:(?:\\.|__?|-+)[a-z0-9]+)*";
  private static final String TAG = "\\w[\\w.-]{0,127}";
  private static final String DIGEST =
      "[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}";
  private static final Pattern REFERENCE =
      Pattern.compile(
          "(?:" + HOST + "/)?(" + PATH_PART + "(?:/" + PATH_PART + ")*)(?::" + TAG + ")?(?:@"
              + DIGEST + ")?");
  private static final Pattern BARE_ID = Pattern.compile("[0-9a-f]{64}");
  private static final int MAX_LENGTH = 512; // 255 for the name, 128 for the tag, and a digest

  private ImageReference() {}

  static boolean isValid(String text) {
    return text.length() <= MAX_LENGTH
        && REFERENCE.matcher(text).matches()
        && !BARE_ID.matcher(text).matches(); // indistinguishable from an image id
  }
}
