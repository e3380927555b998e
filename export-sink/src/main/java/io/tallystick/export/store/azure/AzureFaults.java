// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.store.azure;

import io.tallystick.export.store.Attempts;
import java.io.IOException;

/** What the exceptions of Azure's SDK mean; {@link AzureFault} has the rules. */
record AzureFaults(AzureSettings settings) implements Attempts.Faults {
    @Override
    public boolean isOfStore(RuntimeException fault) {
        return AzureFault.isOfStore(fault);
    }

    @Override
    public boolean isPassing(RuntimeException fault) {
        return AzureFault.of(fault) == AzureFault.PASSING;
    }

    @Override
    public IOException explain(String request, RuntimeException fault) {
        return AzureFault.explain(request, settings, fault);
    }
}
