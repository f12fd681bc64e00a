"""What tests share: real servers, and the contracts that adapters pass."""
