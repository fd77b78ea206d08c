// SPDX-License-Identifier: Apache-2.0
package io.jswarm.docker;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ImagePullTest {
  @ParameterizedTest
  @CsvSource({
    "nginx, nginx:latest",
    "nginx:1.27, nginx:1.27",
    "localhost:5000/app, localhost:5000/app:latest",
    "localhost:5000/app:2, localhost:5000/app:2",
    "nginx@sha256:abc, nginx@sha256:abc"
  })
  void onlyOneTagIsPulled(String image, String pulled) {
    assertThat(ImagePull.withTag(image)).isEqualTo(pulled);
  }
}
