// SPDX-License-Identifier: Apache-2.0
/** Tests of trees and windows. */
package io.tallystick.anchor.window;
