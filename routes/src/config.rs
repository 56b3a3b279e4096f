//! Environment → [`Config`], every complaint at once.

use std::fmt;
use std::num::NonZeroU8;

use models::TableSettings;
use models::store::ClientSettings;

/// What the program needs to know, read from environment variables.
///
/// | variable | meaning |
/// |---|---|
/// | `TABLE_NAME` | the DynamoDB table; required |
/// | `LIST_SHARDS` | over how many partitions lists are spread, 1–255; 4 unless set, and never less than before |
/// | `AWS_REGION`, `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN` | set by Lambda; the last may be absent |
/// | `AWS_ENDPOINT_URL_DYNAMODB`, else `AWS_ENDPOINT_URL` | another endpoint than the region's |
/// | `AWS_CA_BUNDLE`, else `SSL_CERT_FILE` | root certificates to trust instead of Amazon's own |
/// | `CREATE_TABLE` | `true`: create the table at start; only with an endpoint of one's own |
#[derive(Debug, Clone)]
pub struct Config {
    /// Where DynamoDB is, and who calls it.
    pub client: ClientSettings,
    /// Which table.
    pub table: TableSettings,
    /// Whether the table is created at start. Lambda's table is made by its deployment.
    pub create_table: bool,
}

impl Config {
    /// Reads the environment of the process.
    ///
    /// # Errors
    /// Every variable that is missing or wrong.
    pub fn from_env() -> Result<Self, ConfigError> {
        Self::read(|name| std::env::var(name).ok())
    }

    /// Reads variables through `variable`; an empty one counts as absent.
    ///
    /// # Errors
    /// Every variable that is missing or wrong.
    pub fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let mut variables = Variables {
            read: &variable,
            complaints: Vec::new(),
        };
        let endpoint_url = variables.first(&["AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL"]);
        let config = Self {
            create_table: variables.create_table(endpoint_url.is_some()),
            client: ClientSettings {
                region: variables.required("AWS_REGION"),
                endpoint_url,
                ca_bundle: variables
                    .first(&["AWS_CA_BUNDLE", "SSL_CERT_FILE"])
                    .map(Into::into),
                access_key_id: variables.required("AWS_ACCESS_KEY_ID"),
                secret_access_key: variables.required("AWS_SECRET_ACCESS_KEY"),
                session_token: variables.optional("AWS_SESSION_TOKEN"),
            },
            table: variables.table(),
        };
        match variables.complaints {
            complaints if complaints.is_empty() => Ok(config),
            complaints => Err(ConfigError(complaints)),
        }
    }
}

/// Everything that is wrong with the environment, each complaint naming its variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError(Vec<String>);

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the environment is not complete: {}", self.0.join("; "))
    }
}

impl std::error::Error for ConfigError {}

struct Variables<'a> {
    read: &'a dyn Fn(&str) -> Option<String>,
    complaints: Vec<String>,
}

impl Variables<'_> {
    fn optional(&self, name: &str) -> Option<String> {
        (self.read)(name).filter(|value| !value.is_empty())
    }

    fn first(&self, names: &[&str]) -> Option<String> {
        names.iter().find_map(|name| self.optional(name))
    }

    fn required(&mut self, name: &str) -> String {
        self.optional(name).unwrap_or_else(|| {
            self.complaints.push(format!("`{name}` is not set"));
            String::new()
        })
    }

    fn table(&mut self) -> TableSettings {
        let mut table = TableSettings::new(self.required("TABLE_NAME"));
        if let Some(shards) = self.optional("LIST_SHARDS") {
            match shards.parse::<NonZeroU8>() {
                Ok(shards) => table.list_shards = shards,
                Err(_) => self.complaints.push(format!(
                    "`LIST_SHARDS` is `{shards}`, it must be a number from 1 to 255"
                )),
            }
        }
        table
    }

    fn create_table(&mut self, has_endpoint: bool) -> bool {
        match self.optional("CREATE_TABLE").as_deref() {
            None | Some("false") => false,
            Some("true") if has_endpoint => true,
            Some("true") => {
                self.complaints.push(
                    "`CREATE_TABLE` is `true` without `AWS_ENDPOINT_URL_DYNAMODB`, but a table on AWS is made by its deployment".to_owned(),
                );
                false
            }
            Some(other) => {
                self.complaints.push(format!(
                    "`CREATE_TABLE` is `{other}`, it must be `true` or `false`"
                ));
                false
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
        Config::read(|name| {
            let mut named = variables.iter().filter(|(known, _)| *known == name);
            named.next().map(|(_, value)| (*value).to_owned())
        })
    }

    const COMPLETE: [(&str, &str); 4] = [
        ("TABLE_NAME", "app"),
        ("AWS_REGION", "eu-west-1"),
        ("AWS_ACCESS_KEY_ID", "id"),
        ("AWS_SECRET_ACCESS_KEY", "secret"),
    ];

    #[test]
    fn what_lambda_sets_and_a_table_are_enough() {
        let config = read(&COMPLETE).unwrap();
        assert_eq!(config.table, TableSettings::new("app"));
        assert_eq!(config.client.region, "eu-west-1");
        assert_eq!(config.client.endpoint_url, None);
        assert!(!config.create_table);
        assert!(!format!("{config:?}").contains("secret"));
    }

    #[test]
    fn every_missing_or_wrong_variable_is_named_at_once() {
        let wrong = [
            ("TABLE_NAME", ""),
            ("AWS_REGION", "eu-west-1"),
            ("LIST_SHARDS", "0"),
            ("CREATE_TABLE", "yes"),
        ];
        let complaints = read(&wrong).unwrap_err().to_string();
        let names = [
            "TABLE_NAME",
            "LIST_SHARDS",
            "CREATE_TABLE",
            "AWS_ACCESS_KEY_ID",
            "AWS_SECRET_ACCESS_KEY",
        ];
        for name in names {
            assert!(complaints.contains(&format!("`{name}`")), "{complaints}");
        }
        assert!(!complaints.contains("AWS_REGION"), "{complaints}");
    }

    #[test]
    fn a_table_is_only_created_at_an_endpoint_of_ones_own() {
        let with = |more: &[(&str, &str)]| read(&[&COMPLETE, more].concat());
        let created = [("CREATE_TABLE", "true")];
        let endpoint = [("AWS_ENDPOINT_URL_DYNAMODB", "http://127.0.0.1:8000")];
        assert!(with(&created).is_err());
        assert!(with(&[created, endpoint].concat()).unwrap().create_table);
    }
}
