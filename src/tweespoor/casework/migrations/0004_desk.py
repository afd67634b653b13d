"""A phone remembers the seats that it had before people were counted again."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0002_guards'),
    ]

    operations = [
        migrations.AddField(
            model_name='visitor',
            name='earlier_seats',
            field=models.JSONField(null=True),
        ),
    ]
