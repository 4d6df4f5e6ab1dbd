"""Where Jupyter looks for kernels."""

from jupyter_client.kernelspec import KernelSpecManager
from jupyter_core.paths import jupyter_path


class KernelSpecs(KernelSpecManager):
    """Jupyter's own search, less the folder of IPython.

    Asking for that folder creates it in the user's home, and the next start of
    Jupyter would then copy files from it into the user's configuration.
    """

    def _kernel_dirs_default(self):
        return jupyter_path("kernels")
