// SPDX-License-Identifier: Apache-2.0
/**
 * What tests of several modules share and no production code knows: conditions on the machine the
 * tests run on. Called by JUnit on the thread of the test.
 */
@NullMarked
package io.jswarm.testing;

import org.jspecify.annotations.NullMarked;
