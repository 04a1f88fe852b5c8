//! The settings of a cache; `compiler::cache` uses them.

use libwasmtime::CacheConfig;
use std::path::PathBuf;
use std::time::Duration;

#[test]
fn settings_are_those_that_were_set() {
    let mut settings = CacheConfig::new();
    assert_eq!(settings.directory(), None);
    assert_eq!(settings.worker_event_queue_size(), 16);
    assert_eq!(settings.baseline_compression_level(), 3);
    assert_eq!(settings.cleanup_interval(), Duration::from_secs(3600));
    settings
        .with_directory("/cache")
        .with_worker_event_queue_size(1)
        .with_baseline_compression_level(2)
        .with_optimized_compression_level(3)
        .with_optimized_compression_usage_counter_threshold(4)
        .with_cleanup_interval(Duration::from_secs(5))
        .with_optimizing_compression_task_timeout(Duration::from_secs(6))
        .with_allowed_clock_drift_for_files_from_future(Duration::from_secs(7))
        .with_file_count_soft_limit(8)
        .with_files_total_size_soft_limit(9)
        .with_file_count_limit_percent_if_deleting(10)
        .with_files_total_size_limit_percent_if_deleting(11);
    assert_eq!(settings.directory(), Some(&PathBuf::from("/cache")));
    assert_eq!(settings.worker_event_queue_size(), 1);
    assert_eq!(settings.baseline_compression_level(), 2);
    assert_eq!(settings.optimized_compression_level(), 3);
    assert_eq!(settings.optimized_compression_usage_counter_threshold(), 4);
    assert_eq!(settings.cleanup_interval(), Duration::from_secs(5));
    assert_eq!(
        settings.optimizing_compression_task_timeout(),
        Duration::from_secs(6)
    );
    assert_eq!(
        settings.allowed_clock_drift_for_files_from_future(),
        Duration::from_secs(7)
    );
    assert_eq!(settings.file_count_soft_limit(), 8);
    assert_eq!(settings.files_total_size_soft_limit(), 9);
    assert_eq!(settings.file_count_limit_percent_if_deleting(), 10);
    assert_eq!(settings.files_total_size_limit_percent_if_deleting(), 11);
}
